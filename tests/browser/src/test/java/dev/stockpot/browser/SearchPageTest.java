package dev.stockpot.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.stockpot.system.ClusterSite;
import dev.stockpot.system.Place;
import dev.stockpot.system.SearchSite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A search on a cluster, looked at from its first candidate to its best. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class SearchPageTest {

  @TempDir private Path directory;

  @BeforeAll
  static void needsABrowser() {
    Chromium.assumeThere();
  }

  @Test
  void aSearchIsSeenFromItsFirstCandidateToItsBest() throws Exception {
    SearchSite site = SearchSite.create(directory.resolve("site"));
    String allowed =
        "stockpot.coordinator.evaluators = [\"%s\"]"
            .formatted(site.directory().resolve("evaluate.sh"));
    try (ClusterSite cluster =
            new ClusterSite(
                directory.resolve("nodes"),
                Place.LOOPBACK,
                Optional.empty(),
                allowed,
                ClusterSite.COORDINATOR);
        Screen screen = Screen.open()) {
      cluster.startCoordinator(site.directory());
      String token = Files.readString(cluster.token()).strip();
      Page page = screen.page();
      page.navigate(cluster.url() + "/#token=" + token);
      assertThat(page.getByText("No worker is here yet.")).isVisible();
      var submitted =
          cluster.client(
              "submit",
              "--no-wait",
              "--id",
              "hunt",
              site.directory().resolve("plan.yaml").toString());
      assertThat(submitted.status()).as(submitted.err()).isZero();
      screen.goTo("#/job/hunt");
      cluster.startWorker("worker-1", site.directory());
      assertThat(screen.section("Leaderboard").locator("tbody tr").first()).containsText("★ 1");
      cluster.awaitDone("hunt");
      assertThat(screen.status()).containsText("done");
      assertThat(screen.section("Search")).containsText("Best so far");
      assertThat(screen.section("Score against weights").locator("svg")).isVisible();
      assertThat(screen.section("How categories correlate").locator("tbody tr").first())
          .isVisible();
      assertThat(screen.section("Experts").locator("tbody tr")).hasCount(3);
    }
  }
}
