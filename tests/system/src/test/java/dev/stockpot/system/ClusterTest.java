package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

  /** Submits while slow workers are there, and waits until some of its tasks are done. */
  private void midway(String id, int workers) throws InterruptedException {
    cluster.startCoordinator(site.directory());
    for (int i = 1; i <= workers; i++) {
      cluster.startSlowWorker("worker-" + i, site.directory());
    }
    cluster.awaitWorkers(workers);
    submit(id);
    JsonNode job = cluster.awaitJob(id, "under way", at -> ClusterSite.doneTasks(at) > 0);
    assertThat(ClusterSite.doneTasks(job)).isLessThan(site.tensors());
  }

  /** Waits until a lost worker's leases went back; how long that took is reported. */
  private void awaitReturned(String id, TestReporter reporter) throws InterruptedException {
    long lost = System.nanoTime();
    JsonNode noticed =
        cluster.awaitJob(
            id,
            "rid of the worker's leases",
            job -> job.path("progress").path("returnedTasks").asInt() > 0);
    Duration detected = since(lost);
    int then = ClusterSite.doneTasks(noticed);
    cluster.awaitJob(id, "going on", job -> ClusterSite.doneTasks(job) > then);
    reporter.publishEntry(
        Map.of(
            "until its leases went back", detected.toString(),
            "until a tensor was merged after that", since(lost).toString(),
            "tensors given back",
                Integer.toString(noticed.path("progress").path("returnedTasks").asInt())));
  }

  private static Duration since(long nanos) {
    return Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos));
  }

  @Test
  void whatAKilledWorkerHeldIsMergedByTheOthers(TestReporter reporter) throws InterruptedException {
    midway("killed-worker", 3);
    cluster.kill("worker-1");
    awaitReturned("killed-worker", reporter);
    JsonNode done = cluster.awaitDone("killed-worker");
    assertThat(done.path("progress").path("returnedTasks").asInt()).isPositive();
    site.assertServed(expected);
  }

  @Test
  void aWorkerThatWasStoppedBeyondItsDeadlineDoesNoHarmAndComesBack(TestReporter reporter)
      throws InterruptedException {
    midway("stopped-worker", 2);
    cluster.node("worker-1").signal("STOP");
    awaitReturned("stopped-worker", reporter);
    cluster.awaitDone("stopped-worker");
    site.assertServed(expected);
    cluster.node("worker-1").signal("CONT");
    cluster.awaitWorkers(2);
    site.assertServed(expected);
  }

  @Test
  void aKilledCoordinatorGoesOnWithAllThatItHadAcknowledged(TestReporter reporter)
      throws InterruptedException {
    midway("killed-coordinator", 2);
    cluster.kill("coordinator");
    int recorded = site.journal().receipts().size();
    long started = System.nanoTime();
    cluster.startCoordinator(site.directory());
    cluster.awaitJob(
        "killed-coordinator",
        "going on",
        job ->
            ClusterSite.doneTasks(job) > job.path("progress").path("keptTasks").asInt()
                && job.path("progress").path("keptTasks").asInt() >= recorded);
    reporter.publishEntry("from its start until a tensor was merged", since(started).toString());
    JsonNode done = cluster.awaitDone("killed-coordinator");
    assertThat(done.path("progress").path("keptTasks").asInt()).isGreaterThanOrEqualTo(recorded);
    site.assertServed(expected);
  }

  /** The other worker is stopped meanwhile, so that the new one is not a full member at once. */
  @Test
  void aWorkerThatJoinsWhileAJobRunsGetsItsShareAtOnce(TestReporter reporter)
      throws InterruptedException {
    midway("joined", 1);
    String first = ClusterSite.text(cluster.workers().get(0), "name");
    cluster.node("worker-1").signal("STOP");
    cluster.startSlowWorker("worker-2", site.directory());
    cluster.await("the new worker is there", () -> leasesOfOthers(first).isPresent());
    long there = System.nanoTime();
    cluster.await(
        "the new worker holds leases", () -> leasesOfOthers(first).filter(n -> n > 0).isPresent());
    Duration took = since(there);
    reporter.publishEntry("until a new worker held leases", took.toString());
    assertThat(took).isLessThan(Duration.ofSeconds(3));
    cluster.node("worker-1").signal("CONT");
    cluster.awaitDone("joined");
    site.assertServed(expected);
  }

  /** How many leases the worker holds that is not that one; empty while there is no other. */
  private Optional<Integer> leasesOfOthers(String name) {
    return cluster
        .workers()
        .valueStream()
        .filter(one -> !ClusterSite.text(one, "name").equals(name))
        .map(one -> one.path("leases").asInt())
        .findFirst();
  }

  @Test
  void aWorkerHasItsNameAgainAfterItsRestart() throws InterruptedException {
    cluster.startCoordinator(site.directory());
    cluster.startWorker("worker-1", site.directory());
    cluster.startWorker("worker-2", site.directory());
    cluster.awaitWorkers(2);
    assertThat(told("status")).containsOnly("idle");
    List<String> names = told("name");
    assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.endsWith("/cpu"));
    List<String> addresses = told("address");
    cluster.restart("worker-1");
    cluster.await("the new one is there", () -> !addresses.containsAll(told("address")));
    assertThat(told("name")).containsExactlyInAnyOrderElementsOf(names);
  }

  private List<String> told(String field) {
    return cluster.workers().valueStream().map(worker -> ClusterSite.text(worker, field)).toList();
  }

  @Test
  void aWorkerThatIsAskedToEndHandsBackWhatItHasNotBegunAndLeaves() throws InterruptedException {
    midway("drained", 2);
    StockpotProcess leaving = cluster.node("worker-1");
    leaving.signal("TERM");
    Ended left = leaving.await();
    assertThat(left.status()).isEqualTo(143);
    assertThat(left.err()).contains("Leaving the cluster").doesNotContain("Did not leave in order");
    cluster.awaitDone("drained");
    site.assertServed(expected);
  }

  @Test
  void workersThatSeeNoFileOfTheJobMakeTheSameBytes() throws InterruptedException {
    cluster.startCoordinator(site.directory());
    cluster.startWorker("worker-1", cluster.own("worker-1"));
    cluster.startWorker("worker-2", cluster.own("worker-2"));
    cluster.awaitWorkers(2);
    submit("unshared");
    cluster.awaitDone("unshared");
    site.assertServed(expected);
  }
}
