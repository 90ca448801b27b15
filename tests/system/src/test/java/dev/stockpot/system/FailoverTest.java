package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.PostgresServer;
import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Where PostgreSQL holds the journal, a coordinator that is lost is replaced by its standby. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@MostlyWaits
final class FailoverTest {

  @SuppressWarnings("NullAway.Init") // set before all
  private static MergeSite site;

  /** Files of a merge in one process. */
  @SuppressWarnings("NullAway.Init") // set before all
  private static Map<String, String> expected;

  @SuppressWarnings("NullAway.Init") // set before each
  private PostgresServer postgres;

  @SuppressWarnings("NullAway.Init") // set before each
  private ClusterSite cluster;

  @BeforeAll
  static void mergeInOneProcess(@TempDir Path directory) throws InterruptedException {
    Optional<String> missing = PostgresServer.missing();
    assumeTrue(missing.isEmpty(), () -> "needs PostgreSQL: " + missing.orElseThrow());
    site = MergeSite.large(directory);
    assertThat(site.merge().status()).isZero();
    expected = site.result();
  }

  /** A coordinator, its standby, slow workers, and a job that is under way. */
  @BeforeEach
  void beginMerging(@TempDir Path directory) throws InterruptedException {
    site.deleteOutput();
    postgres = PostgresServer.start();
    cluster =
        new ClusterSite(
            directory,
            Place.LOOPBACK,
            Optional.empty(),
            """
            stockpot.coordinator {
              journal-kind = postgres
              postgres { url = "%s", user = "%s", password-file = "%s", term = 8s }
            }
            """
                .formatted(postgres.url(), postgres.user(), postgres.passwordFile()),
            "first",
            "second");
    cluster.startCoordinator("first", site.directory());
    cluster.awaitCoordinator("first", "active");
    cluster.startCoordinator("second", site.directory());
    cluster.awaitCoordinator("second", "standby");
    cluster.startSlowWorker("worker-1", site.directory());
    cluster.startSlowWorker("worker-2", site.directory());
    cluster.awaitWorkers(2);
    Ended submitted = cluster.client("submit", "--no-wait", "--id", "soup", site.plan().toString());
    assertThat(submitted.status()).as(submitted.err()).isZero();
    cluster.awaitJob("soup", "under way", job -> ClusterSite.doneTasks(job) > 0);
  }

  @AfterEach
  void end() {
    cluster.close();
    postgres.close();
  }

  @Test
  void theStandbyOfAKilledCoordinatorGoesOnWithAllThatWasAcknowledged(TestReporter reporter)
      throws Exception {
    int acknowledged = ClusterSite.doneTasks(cluster.job("soup"));
    assertThat(acknowledged).isLessThan(site.tensors());
    cluster.kill("first");
    assertTakenOver(acknowledged, () -> {}, reporter);
    JsonNode done = cluster.awaitDone("soup");
    assertThat(keptTasks(done)).isGreaterThanOrEqualTo(acknowledged);
    site.assertServed(expected);
  }

  /** As long as it is there at all, it holds the output's lock: the job goes on when it wakes. */
  @Test
  void aCoordinatorThatWasStoppedBeyondItsTermCommitsNothingAndStandsBy(TestReporter reporter)
      throws Exception {
    int acknowledged = ClusterSite.doneTasks(cluster.job("soup"));
    assertThat(acknowledged).isLessThan(site.tensors());
    cluster.node("first").signal("STOP");
    assertTakenOver(acknowledged, () -> cluster.node("first").signal("CONT"), reporter);
    JsonNode done = cluster.awaitDone("soup");
    assertThat(keptTasks(done)).isGreaterThanOrEqualTo(acknowledged);
    cluster.awaitCoordinator("first", "standby");
    assertThat(cluster.status("second")).isEqualTo("active");
    assertThat(cluster.node("first").said()).contains("The tenure is lost");
    site.assertServed(expected);
  }

  private interface Step {
    void take() throws InterruptedException;
  }

  /** The second coordinator coordinates, and the job goes on; how long that took is reported. */
  private void assertTakenOver(int acknowledged, Step then, TestReporter reporter)
      throws Exception {
    long lost = System.nanoTime();
    cluster.awaitCoordinator("second", "active");
    Duration detected = since(lost);
    then.take();
    JsonNode resumed = cluster.awaitJob("soup", "resumed", job -> keptTasks(job) >= acknowledged);
    int repeated = repeated(keptTasks(resumed));
    cluster.awaitJob("soup", "merged again", job -> ClusterSite.doneTasks(job) > keptTasks(job));
    reporter.publishEntry(
        Map.of(
            "acknowledged", Integer.toString(acknowledged),
            "kept", Integer.toString(keptTasks(resumed)),
            "until the standby was active", detected.toString(),
            "until a tensor was merged again", since(lost).toString(),
            "tensors to merge twice", Integer.toString(repeated)));
  }

  /** Tensors whose bytes are there, but whose receipts nobody recorded. */
  private static int repeated(int kept) throws IOException {
    return site.staged() - kept;
  }

  private static Duration since(long nanos) {
    return Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos));
  }

  private static int keptTasks(JsonNode job) {
    return job.path("progress").path("keptTasks").asInt();
  }
}
