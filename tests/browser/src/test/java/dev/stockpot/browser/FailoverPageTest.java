package dev.stockpot.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Page;
import dev.stockpot.fixtures.PostgresServer;
import dev.stockpot.system.ClusterSite;
import dev.stockpot.system.Place;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages of a coordinator and of its standby while one takes over from the other. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class FailoverPageTest {

  @TempDir private Path directory;

  @BeforeAll
  static void needsABrowserAndPostgres() {
    Chromium.assumeThere();
    Optional<String> missing = PostgresServer.missing();
    assumeTrue(missing.isEmpty(), () -> "needs PostgreSQL: " + missing.orElseThrow());
  }

  @Test
  void aStandbysPageNamesTheActiveOneAndComesAliveWithItsCoordinator() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        ClusterSite cluster =
            new ClusterSite(
                directory,
                Place.LOOPBACK,
                Optional.empty(),
                """
                stockpot.coordinator {
                  journal-kind = postgres
                  postgres { url = "%s", user = "%s", password-file = "%s", term = 4s }
                }
                """
                    .formatted(postgres.url(), postgres.user(), postgres.passwordFile()),
                "first",
                "second");
        Screen screen = Screen.open()) {
      cluster.startCoordinator("first", directory);
      cluster.awaitCoordinator("first", "active");
      cluster.startCoordinator("second", directory);
      cluster.awaitCoordinator("second", "standby");
      String token = Files.readString(cluster.token()).strip();
      Page first = screen.page();
      first.navigate(cluster.url("first") + "/#token=" + token);
      assertThat(first.getByText("Nothing is running")).isVisible();
      Page second = screen.context().newPage();
      second.navigate(cluster.url("second") + "/");
      assertThat(second.getByText("This coordinator stands by")).isVisible();
      assertThat(second.getByText(cluster.url("first").toString())).isVisible();
      cluster.kill("first");
      assertThat(second.getByText("Nothing is running")).isVisible();
      first.bringToFront();
      assertThat(first.getByText("Connection lost, trying again.")).isVisible();
      cluster.startCoordinator("first", directory);
      assertThat(first.getByText("This coordinator stands by")).isVisible();
      assertThat(first.getByText(cluster.url("second").toString())).isVisible();
    }
  }
}
