package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of processes makes the same bytes as one process, whoever is killed or stopped. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class ClusterTest {

  @SuppressWarnings("NullAway.Init") // set before all
  private static MergeSite site;

  /** Files of a merge in one process. */
  @SuppressWarnings("NullAway.Init") // set before all
  private static Map<String, String> expected;

  @SuppressWarnings("NullAway.Init") // set before each
  private ClusterSite cluster;

  @BeforeAll
  static void mergeInOneProcess(@TempDir Path directory) throws InterruptedException {
    site = MergeSite.large(directory);
    assertThat(site.merge().status()).isZero();
    expected = site.result();
  }

  @BeforeEach
  void startAfresh(@TempDir Path directory) {
    site.deleteOutput();
    cluster = new ClusterSite(directory);
  }

  @AfterEach
  void end() {
    cluster.close();
  }

  private void start(int workers) throws InterruptedException {
    cluster.startCoordinator(site.directory());
    for (int i = 1; i <= workers; i++) {
      cluster.startWorker("worker-" + i, site.directory());
    }
    cluster.awaitWorkers(workers);
  }

  private void submit(String id) throws InterruptedException {
    Ended submitted = cluster.client("submit", "--no-wait", "--id", id, site.plan().toString());
    assertThat(submitted.status()).as(submitted.err()).isZero();
    assertThat(submitted.out().strip()).isEqualTo(id);
  }

  @Test
  void aSubmittedPlanMakesTheSameBytesAsAMergeInOneProcess() throws InterruptedException {
    start(3);
    Ended submitted = cluster.client("submit", site.plan().toString());
    assertThat(submitted.status()).as(submitted.err()).isZero();
    assertThat(submitted.out().lines().toList().getLast()).isEqualTo(site.output().toString());
    site.assertServed(expected);
  }

  @Test
  void whatAKilledWorkerHeldIsMergedByTheOthers() throws InterruptedException {
    start(3);
    submit("killed-worker");
    cluster.awaitJob("killed-worker", "under way", job -> ClusterSite.doneTasks(job) > 0);
    cluster.kill("worker-1");
    cluster.awaitDone("killed-worker");
    site.assertServed(expected);
  }
}
