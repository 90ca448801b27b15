package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A pipe in a file's place, or a file that does not answer, keeps nobody waiting for ever. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@MostlyWaits
final class UnansweringFilesTest {

  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;
  private static final int USAGE = 2;

  /** Of the model that the config and the tokenizer come from. */
  private static final List<String> FILES =
      List.of(
          "config.json",
          "tokenizer.json",
          "model-00001-of-00004.safetensors",
          "model.safetensors.index.json");

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each
  private MergeSite site;

  private Optional<ClusterSite> cluster = Optional.empty();
  private final List<HeldFile> held = new ArrayList<>();

  @BeforeEach
  void makeSite() {
    site = MergeSite.small(directory.resolve("site"));
  }

  @AfterEach
  void end() {
    held.forEach(HeldFile::close);
    cluster.ifPresent(ClusterSite::close);
  }

  private static void pipe(Path file) throws IOException, InterruptedException {
    Files.deleteIfExists(file);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
  }

  private Path pipeInPlaceOf(String file) throws IOException, InterruptedException {
    Path path = site.directory().resolve("a").resolve(file);
    pipe(path);
    return path;
  }

  @Test
  void aMergeRefusesAPipeInPlaceOfAnyFile() throws IOException, InterruptedException {
    for (String file : FILES) {
      site = MergeSite.small(directory.resolve("of-" + file));
      Path path = pipeInPlaceOf(file);
      assertThat(site.fails(USAGE)).contains(path.toString(), "it is a pipe");
      assertThat(site.served()).isEmpty();
    }
  }

  @Test
  void aPipeInPlaceOfThePlanIsRefused() throws IOException, InterruptedException {
    pipe(site.plan());
    Ended ended = site.merge();
    MergeSite.assertFailed(ended, WRONG_USAGE);
    assertThat(ended.err()).contains("plan.yaml", "it is a pipe");
  }

  @Test
  void aPipeInPlaceOfTheStagingDirectorysLockIsRefused() throws IOException, InterruptedException {
    Files.createDirectories(site.staging());
    pipe(site.staging().resolve("lock"));
    assertThat(site.fails(FAILED)).contains(site.staging().toString(), "it is a pipe");
  }

  private ClusterSite start(String settings) throws InterruptedException {
    ClusterSite started =
        new ClusterSite(
            directory, Place.LOOPBACK, Optional.empty(), settings, ClusterSite.COORDINATOR);
    cluster = Optional.of(started);
    started.startCoordinator(directory);
    return started;
  }

  /** Other sites beside the usual one, each of which goes wrong in its own way. */
  private Map<String, MergeSite> sites() {
    Map<String, MergeSite> sites = new TreeMap<>();
    for (int i = 0; i < FILES.size(); i++) {
      sites.put("job-" + i, MergeSite.small(directory.resolve("site-" + i)));
    }
    return sites;
  }

  private static JsonNode failed(ClusterSite cluster, String id) throws InterruptedException {
    return cluster.awaitJob(id, "failed", job -> ClusterSite.text(job, "status").equals("failed"));
  }

  private void assertWorks(ClusterSite cluster, String id) throws InterruptedException {
    cluster.submit(id, site.plan());
    cluster.awaitDone(id);
    site.deleteOutput();
  }

  @Test
  void jobsWithPipesFailAndOthersGoOn() throws IOException, InterruptedException {
    ClusterSite cluster = start("");
    cluster.startWorker("worker", directory);
    cluster.awaitWorkers(1);
    for (Map.Entry<String, MergeSite> job : sites().entrySet()) {
      String file = FILES.get(Integer.parseInt(job.getKey().substring("job-".length())));
      Path path = job.getValue().directory().resolve("a").resolve(file);
      pipe(path);
      cluster.submit(job.getKey(), job.getValue().plan());
      assertThat(failed(cluster, job.getKey()).toString())
          .contains(path.toString(), "it is a pipe");
    }
    assertWorks(cluster, "good");
  }

  @Test
  void jobsWhoseFilesDoNotAnswerFailAndOthersGoOnAlsoAfterARestart() throws InterruptedException {
    ClusterSite cluster = start("stockpot.coordinator.file-patience = 10s");
    cluster.startWorker("worker", directory);
    cluster.awaitWorkers(1);
    Map<String, MergeSite> sites = sites();
    for (Map.Entry<String, MergeSite> job : sites.entrySet()) {
      held.add(HeldFile.of(job.getValue().inputShard("b", 1)));
      cluster.submit(job.getKey(), job.getValue().plan());
    }
    for (Map.Entry<String, MergeSite> job : sites.entrySet()) {
      assertThat(failed(cluster, job.getKey()).toString())
          .contains(job.getValue().inputShard("b", 1) + ": has not answered for 10 s");
    }
    assertThat(held).anyMatch(HeldFile::keepsSomebodyWaiting);
    assertWorks(cluster, "good");
    cluster.restart(ClusterSite.COORDINATOR);
    cluster.awaitCoordinator(ClusterSite.COORDINATOR, "active");
    cluster.awaitWorkers(1);
    assertWorks(cluster, "good-again");
  }

  @Test
  void aJobWhoseFilesDoNotAnswerIsCancelledAtOnce() throws InterruptedException {
    ClusterSite cluster = start("");
    HeldFile file = HeldFile.of(site.inputShard("b", 1));
    held.add(file);
    cluster.submit("hangs", site.plan());
    cluster.await("the job waits for the file", file::keepsSomebodyWaiting);
    Ended cancel = cluster.client("cancel", "hangs");
    assertThat(cancel.status()).as(cancel.err()).isZero();
    cluster.awaitJob(
        "hangs", "cancelled", job -> ClusterSite.text(job, "status").equals("cancelled"));
    assertThat(file.keepsSomebodyWaiting()).isTrue();
  }
}
