package dev.stockpot.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.stockpot.system.ClusterSite;
import dev.stockpot.system.MergeSite;
import dev.stockpot.system.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator and two slow workers as processes, looked at through the dashboard. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // set before all
final class DashboardTest {

  private static final String TOKEN = "t".repeat(32);
  private static final String LOOKER = "r".repeat(32);

  @TempDir private static Path directory;
  private static MergeSite site;
  private static ClusterSite cluster;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    Chromium.assumeThere();
    site = MergeSite.large(directory.resolve("site"));
    Path nodes = Files.createDirectory(directory.resolve("nodes"));
    Path tokens = secret(directory.resolve("tokens"), TOKEN + "\nwall " + LOOKER + " read-only\n");
    cluster =
        new ClusterSite(
            nodes,
            Place.LOOPBACK,
            Optional.empty(),
            "stockpot.coordinator.http.token-file = \"%s\"".formatted(tokens),
            ClusterSite.COORDINATOR);
    secret(cluster.token(), TOKEN + "\n");
    cluster.startCoordinator(site.directory());
    cluster.startSlowWorker("worker-1", site.directory());
    cluster.startSlowWorker("worker-2", site.directory());
  }

  @AfterAll
  static void end() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void awaitWorkers() throws InterruptedException {
    cluster.awaitWorkers(2);
  }

  private static Path secret(Path file, String text) throws IOException {
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** A visitor who is logged in. */
  private static Screen visitor(String fragment) {
    Screen screen = Screen.open();
    screen.page().navigate(cluster.url() + "/");
    screen.logIn(TOKEN);
    assertThat(screen.page().locator("nav")).isVisible();
    screen.goTo(fragment);
    return screen;
  }

  private static void submit(String id) throws InterruptedException {
    site.writePlan("served/" + id, "");
    var submitted = cluster.client("submit", "--no-wait", "--id", id, site.plan().toString());
    assertThat(submitted.status()).as(submitted.err()).isZero();
  }

  /** Submits and waits until some is merged, and much is not. */
  private static void midway(String id) throws InterruptedException {
    submit(id);
    cluster.awaitJob(id, "under way", job -> ClusterSite.doneTasks(job) > 0);
  }

  @Test
  void aSubmittedJobIsSeenFromNothingIsRunningToDone() throws InterruptedException {
    try (Screen screen = visitor("#/overview")) {
      Page page = screen.page();
      assertThat(page.getByText("Nothing is running")).isVisible();
      submit("soup");
      Locator card = page.locator(".card").filter(new Locator.FilterOptions().setHasText("soup"));
      assertThat(card).isVisible();
      card.getByText("soup").click();
      page.waitForFunction(
          """
          () => {
            const words = document.querySelector(".progress-words")?.textContent ?? "";
            (window.seen ??= new Set()).add(words.split(":")[0]);
            return window.seen.size > 3;
          }
          """);
      assertThat(screen.status()).containsText("done");
      assertThat(page.locator(".progress-words")).containsText("100 %");
      assertThat(screen.section("Devices").locator("canvas")).isVisible();
      assertThat(screen.section("Log")).containsText("soup");
    }
  }

  @Test
  void aKilledWorkersAttemptEndsOnTheTimelineAndTheNextSucceeds() throws InterruptedException {
    midway("killed");
    try (Screen screen = visitor("#/job/killed")) {
      cluster.kill("worker-2");
      Locator events = screen.section("What happened").locator("tbody");
      assertThat(events).containsText("returned");
      assertThat(screen.section("Devices").locator(".legend").last())
          .containsText("an attempt ended early");
      assertThat(screen.page().locator(".progress-words")).containsText("given back");
      assertThat(screen.status()).containsText("done");
      assertThat(events).containsText("took");
    } finally {
      cluster.startSlowWorker("worker-2", site.directory());
    }
  }

  @Test
  void aJobIsCancelledAndTriedAgainOnItsPage() throws InterruptedException {
    midway("cancelled");
    try (Screen screen = visitor("#/job/cancelled")) {
      Page page = screen.page();
      page.locator(".actions > .danger").first().click();
      page.getByText("Let it run").click();
      assertThat(screen.status()).containsText("running");
      page.locator(".actions > .danger").first().click();
      page.getByText("Cancel the job").click();
      assertThat(screen.status()).containsText("cancelled");
      page.getByText("Retry", new Page.GetByTextOptions().setExact(true)).click();
      assertThat(screen.status()).containsText("done");
      assertThat(screen.section("Stages")).containsText("attempt 2");
    }
  }

  @Test
  void whoHasNoTokenIsRefusedAndWhoLogsOutSeesNothing() {
    try (Screen screen = Screen.open()) {
      Page page = screen.page();
      page.navigate(cluster.url() + "/#/workers");
      screen.logIn("x".repeat(32));
      assertThat(page.getByRole(com.microsoft.playwright.options.AriaRole.ALERT))
          .containsText("no token of this coordinator");
      screen.logIn(TOKEN);
      assertThat(page.locator("tbody").first()).containsText("cpu");
      assertThat(page.evaluate("() => document.cookie")).isEqualTo("");
      page.getByText("Log out").click();
      assertThat(page.getByLabel("Token")).isVisible();
      assertThat(page.locator("tbody")).hasCount(0);
    }
  }

  @Test
  void anAddressWithATokenLogsInAndForgetsIt() {
    try (Screen screen = Screen.open()) {
      screen.page().navigate(cluster.url() + "/#token=" + TOKEN);
      assertThat(screen.page().locator("nav")).isVisible();
      assertThat(screen.page().url()).doesNotContain("token");
    }
  }

  @Test
  void whoMayOnlyLookIsOfferedNoButtons() throws InterruptedException {
    midway("looked-at");
    try (Screen screen = Screen.open()) {
      screen.page().navigate(cluster.url() + "/#/job/looked-at");
      screen.logIn(LOOKER);
      assertThat(screen.page().getByText("Your token is read-only.")).isVisible();
      assertThat(screen.page().getByText("Cancel")).hasCount(0);
    }
    // For the others' sake; on a slow machine it may be over by now.
    cluster.client("cancel", "looked-at");
    cluster.awaitJob("looked-at", "ended", job -> !ClusterSite.text(job, "ended").isEmpty());
  }

  @Test
  void aPageOutlivesItsCoordinator() throws InterruptedException {
    midway("outlived");
    try (Screen screen = visitor("#/job/outlived")) {
      Page page = screen.page();
      assertThat(screen.status()).containsText("running");
      cluster.kill(ClusterSite.COORDINATOR);
      assertThat(page.getByText("Connection lost, trying again.")).isVisible();
      cluster.startCoordinator(site.directory());
      assertThat(page.getByText("Connection lost, trying again.")).isHidden();
      assertThat(screen.status()).containsText("done");
      assertThat(page.locator(".progress-words")).containsText("kept");
    }
  }

  @Test
  void aPageOfAnotherOriginCancelsNothing() throws Exception {
    midway("attacked");
    try (Screen screen = visitor("#/job/attacked");
        HostilePage hostile = new HostilePage(cluster.url() + "/v1/jobs/attacked/cancel")) {
      Page other = screen.context().newPage();
      other.navigate(hostile.url());
      assertThat(other.locator("#tried")).hasText("3");
      // Had one of them been taken, the page would say so before this answer is drawn.
      cluster.awaitJob("attacked", "ended", job -> !ClusterSite.text(job, "ended").isEmpty());
      assertThat(screen.status()).containsText("done");
    }
  }

  @Test
  void aJobThatIsNotThereIsToldOf() {
    try (Screen screen = visitor("#/job/none-such")) {
      assertThat(screen.page().getByText("Not found")).isVisible();
    }
  }
}
