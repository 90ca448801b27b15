package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A cluster on two networks, with mutual TLS, whose link is cut. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // set before each
@MostlyWaits
final class PartitionTest {

  @TempDir private Path directory;
  private Namespace away;
  private MergeSite site;
  private Map<String, String> expected;
  private ClusterSite cluster;

  /** A coordinator and a slow worker here, and another beyond the link. */
  @BeforeEach
  void start() throws InterruptedException {
    away = Namespace.joined();
    site = MergeSite.large(directory);
    assertThat(site.merge().status()).isZero();
    expected = site.result();
    Certificates certificates = Certificates.in(directory.resolve("certs"));
    certificates.issue("here", away.here());
    certificates.issue("there", away.there());
    Place here = new Place(away.here(), List.of(), certificates.settings("here"));
    Place there = new Place(away.there(), away.prefix(), certificates.settings("there"));
    cluster =
        new ClusterSite(
            directory.resolve("nodes"),
            here,
            Optional.of(certificates.ca()),
            "",
            ClusterSite.COORDINATOR);
    cluster.startCoordinator(directory);
    cluster.startSlowWorker(here, "worker-here", directory);
    cluster.startSlowWorker(there, "worker-there", directory);
    cluster.awaitWorkers(2);
  }

  @AfterEach
  void end() {
    try {
      if (cluster != null) {
        cluster.close();
      }
    } finally {
      if (away != null) {
        away.close();
      }
    }
  }

  private void submit(String id) throws InterruptedException {
    site.deleteOutput();
    Ended submitted = cluster.client("submit", "--no-wait", "--id", id, site.plan().toString());
    assertThat(submitted.status()).as(submitted.err()).isZero();
  }

  /** The worker beyond the link is so. */
  private boolean there(Predicate<JsonNode> wanted) {
    return cluster
        .workers()
        .valueStream()
        .filter(one -> ClusterSite.text(one, "address").contains(away.there()))
        .anyMatch(wanted);
  }

  @Test
  void aWorkerThatIsCutOffLosesItsWorkToTheOtherAndComesBackForMore(TestReporter reporter)
      throws Exception {
    submit("cut");
    cluster.await("it merges there", () -> there(worker -> worker.path("doneTasks").asInt() > 0));
    int acknowledged = ClusterSite.doneTasks(cluster.job("cut"));
    assertThat(acknowledged).isLessThan(site.tensors());
    away.cut();
    long cut = System.nanoTime();
    JsonNode noticed =
        cluster.awaitJob(
            "cut",
            "rid of the worker's leases",
            job -> job.path("progress").path("returnedTasks").asInt() > 0);
    Duration detected = since(cut);
    int repeated = site.staged() - ClusterSite.doneTasks(noticed);
    cluster.awaitDone("cut");
    site.assertServed(expected);

    away.mend();
    long mended = System.nanoTime();
    cluster.awaitWorkers(2);
    Duration back = since(mended);
    submit("mended");
    cluster.await("it merges again", () -> there(worker -> worker.path("leases").asInt() > 0));
    cluster.awaitDone("mended");
    site.assertServed(expected);
    reporter.publishEntry(
        Map.of(
            "until its leases went back", detected.toString(),
            "tensors to merge twice, at most", Integer.toString(repeated),
            "until it was back", back.toString()));
  }

  private static Duration since(long nanos) {
    return Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos));
  }
}
