package dev.stockpot.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.stockpot.system.ClusterSite;
import dev.stockpot.system.MergeSite;
import dev.stockpot.system.Place;
import dev.stockpot.system.SearchSite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Pictures of all pages, for whoever changes them to look at; three of them are the README's. The
 * cluster in them is real: it searched, lost a worker in a merge, failed at jobs of which one was
 * tried again, and works while it is pictured.
 */
@Tag("pictures")
final class PicturesTest {

  private static final List<String> PLACES =
      List.of(
          "#/overview",
          "#/jobs",
          "#/workers",
          "#/actors",
          "#/job/night-1",
          "#/job/soup-hunt",
          "#/job/typo");

  private static final Map<String, String> README =
      Map.of(
          "overview-1440-light",
          "overview.png",
          "job-night-1-1440-light",
          "job.png",
          "job-soup-hunt-1440-dark",
          "search.png");

  private Path directory = Path.of("");

  private static void submit(ClusterSite cluster, String id, Path plan)
      throws InterruptedException {
    var submitted = cluster.client("submit", "--no-wait", "--id", id, plan.toString());
    assertThat(submitted.status()).as(submitted.err()).isZero();
  }

  private static void awaitFailed(ClusterSite cluster, String id) throws InterruptedException {
    cluster.awaitJob(id, "failed", job -> ClusterSite.text(job, "status").equals("failed"));
  }

  /** A job that fails because a file is not there, and then is; and one that stays so. */
  private void fail(ClusterSite cluster) throws Exception {
    for (String id : List.of("forgotten", "typo")) {
      MergeSite site = MergeSite.small(directory.resolve(id));
      Path shard = site.directory().resolve("a/model-00002-of-00004.safetensors");
      Path away = Files.move(shard, site.directory().resolve("away"));
      submit(cluster, id, site.plan());
      awaitFailed(cluster, id);
      if (id.equals("forgotten")) {
        Files.move(away, shard);
        assertThat(cluster.client("retry", id).status()).isZero();
        cluster.awaitDone(id);
      }
    }
  }

  /** A merge whose worker is killed in its midst. */
  private static void loseAWorker(ClusterSite cluster, MergeSite site) throws Exception {
    site.writePlan("served/night-1", "");
    submit(cluster, "night-1", site.plan());
    cluster.awaitJob("night-1", "under way", job -> ClusterSite.doneTasks(job) > 100);
    cluster.kill("worker-2");
    cluster.awaitDone("night-1");
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("kitchen");
  }

  @AfterEach
  void deleteDirectory() {
    MergeSite.delete(directory);
  }

  @Test
  void allPagesArePictured() throws Exception {
    SearchSite search = SearchSite.create(directory.resolve("search"));
    MergeSite merges = MergeSite.twiceAsLarge(directory.resolve("merges"));
    String allowed =
        "stockpot.coordinator.evaluators = [\"%s\"]"
            .formatted(search.directory().resolve("evaluate.sh"));
    try (ClusterSite cluster =
        new ClusterSite(
            Files.createDirectory(directory.resolve("nodes")),
            Place.LOOPBACK,
            Optional.empty(),
            allowed,
            ClusterSite.COORDINATOR)) {
      cluster.startCoordinator(directory);
      for (String worker : List.of("worker-1", "worker-2", "worker-3")) {
        cluster.startSlowWorker(worker, directory);
      }
      cluster.awaitWorkers(3);
      submit(cluster, "soup-hunt", search.directory().resolve("plan.yaml"));
      cluster.awaitDone("soup-hunt");
      fail(cluster);
      loseAWorker(cluster, merges);
      cluster.startSlowWorker("worker-2", directory);
      cluster.awaitWorkers(3);
      for (String night : List.of("night-2", "night-3", "night-4")) {
        merges.writePlan("served/" + night, "");
        submit(cluster, night, merges.plan());
      }
      cluster.awaitJob("night-2", "under way", job -> ClusterSite.doneTasks(job) > 100);
      picture(cluster);
    }
  }

  private static void picture(ClusterSite cluster) throws IOException {
    Path all = Files.createDirectories(Path.of("target/pictures"));
    Path readme = Files.createDirectories(Path.of("../../docs/images"));
    String token = Files.readString(cluster.token()).strip();
    for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (int width : List.of(Screen.WIDE, Screen.PHONE)) {
        try (Screen screen = new Screen(colours, width)) {
          Page page = screen.page();
          page.navigate(cluster.url() + "/#token=" + token);
          assertThat(page.locator("nav")).isVisible();
          for (String place : PLACES) {
            screen.goTo(place);
            assertThat(page.locator("main .scroll:visible, main .tile").first()).isVisible();
            page.waitForTimeout(700); // pictures and bars have moved to their places
            String name =
                "%s-%d-%s"
                    .formatted(
                        place.substring(2).replace("/", "-"),
                        width,
                        colours.toString().toLowerCase(Locale.ROOT));
            page.screenshot(
                new Page.ScreenshotOptions().setFullPage(true).setPath(all.resolve(name + ".png")));
            if (README.containsKey(name)) {
              page.screenshot(
                  new Page.ScreenshotOptions().setPath(readme.resolve(README.get(name))));
            }
          }
        }
      }
    }
    try (var pictures = Files.list(readme)) {
      assertThat(pictures).hasSize(README.size());
    }
  }
}
