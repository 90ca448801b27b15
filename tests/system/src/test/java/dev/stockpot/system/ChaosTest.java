package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.fixtures.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Jobs on a cluster of five nodes that are killed or stopped at random, every few seconds. Settings
 * are system properties: {@code chaos.seconds} (600), {@code chaos.jobs} (30), {@code chaos.pause}
 * (the longest between two faults, 5 s) and {@code chaos.seed}, which is reported.
 */
@Tag("chaos")
final class ChaosTest {

  private static final Duration LASTS = Duration.ofSeconds(Long.getLong("chaos.seconds", 600));
  private static final int JOBS = Integer.getInteger("chaos.jobs", 30);
  private static final int PAUSE_SECONDS = Integer.getInteger("chaos.pause", 5);
  private static final int STOP_SECONDS = 15;
  private static final long SEED = Long.getLong("chaos.seed", System.nanoTime());

  private final Random random = new Random(SEED);

  /** When nodes that are stopped go on. */
  private final Map<String, Long> stopped = new HashMap<>();

  private final Map<String, Integer> faults = new HashMap<>();

  @Test
  void everyJobEndsWellWhateverHappensToTheNodes(@TempDir Path directory, TestReporter reporter)
      throws InterruptedException {
    reporter.publishEntry("seed", Long.toString(SEED));
    MergeSite first = MergeSite.many(directory.resolve("first"));
    List<MergeSite> sites = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      sites.add(first.linkedTo(directory.resolve("job-" + i)));
    }
    assertThat(first.merge().status()).isZero();
    if (PostgresServer.missing().isPresent()) {
      try (ClusterSite cluster = new ClusterSite(directory)) {
        run(cluster, sites, List.of(ClusterSite.COORDINATOR), 4, directory);
        assertAllDone(cluster, sites, first.result(), reporter);
      }
      return;
    }
    try (PostgresServer postgres = PostgresServer.start();
        ClusterSite cluster =
            new ClusterSite(
                directory, Place.LOOPBACK, Optional.empty(), settings(postgres), "one", "two")) {
      run(cluster, sites, List.of("one", "two"), 3, directory);
      assertAllDone(cluster, sites, first.result(), reporter);
    }
  }

  static String settings(PostgresServer postgres) {
    return """
    stockpot.coordinator {
      journal-kind = postgres
      postgres { url = "%s", user = "%s", password-file = "%s" }
    }
    """
        .formatted(postgres.url(), postgres.user(), postgres.passwordFile());
  }

  /** Submits jobs evenly over the time, while nodes are killed and stopped. */
  private void run(
      ClusterSite cluster,
      List<MergeSite> sites,
      List<String> coordinators,
      int workers,
      Path directory)
      throws InterruptedException {
    List<String> nodes = new ArrayList<>(coordinators);
    coordinators.forEach(name -> cluster.startCoordinator(name, directory));
    for (int i = 1; i <= workers; i++) {
      cluster.startWorker("worker-" + i, directory);
      nodes.add("worker-" + i);
    }
    cluster.awaitWorkers(workers);
    long begin = System.nanoTime();
    long end = begin + LASTS.toNanos();
    int submitted = 0;
    while (System.nanoTime() < end || submitted < sites.size()) {
      while (submitted < sites.size()
          && System.nanoTime() - begin >= LASTS.toNanos() / sites.size() * submitted) {
        // Who submits waits for an active coordinator, and both may stand still.
        wake(cluster, coordinators);
        cluster.submit("job-" + submitted, sites.get(submitted).plan());
        submitted++;
      }
      LockSupport.parkNanos(
          TimeUnit.MILLISECONDS.toNanos(random.nextInt(500, PAUSE_SECONDS * 1000)));
      wake(cluster, System.nanoTime());
      disturb(cluster, nodes.get(random.nextInt(nodes.size())));
    }
    wake(cluster, Long.MAX_VALUE);
  }

  private void disturb(ClusterSite cluster, String node) throws InterruptedException {
    if (random.nextBoolean()) {
      stopped.remove(node);
      cluster.restart(node);
      faults.merge("kills", 1, Integer::sum);
    } else if (!stopped.containsKey(node)) {
      long seconds = random.nextInt(1, STOP_SECONDS + 1);
      stopped.put(node, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
      cluster.node(node).signal("STOP");
      faults.merge("stops", 1, Integer::sum);
    }
  }

  /** Lets these go on, whatever their time. */
  private void wake(ClusterSite cluster, List<String> nodes) throws InterruptedException {
    for (String node : nodes) {
      if (stopped.remove(node) != null) {
        cluster.node(node).signal("CONT");
      }
    }
  }

  /** Lets those go on whose time has come. */
  private void wake(ClusterSite cluster, long now) throws InterruptedException {
    for (Map.Entry<String, Long> each : Map.copyOf(stopped).entrySet()) {
      if (each.getValue() <= now) {
        stopped.remove(each.getKey());
        cluster.node(each.getKey()).signal("CONT");
      }
    }
  }

  private void assertAllDone(
      ClusterSite cluster,
      List<MergeSite> sites,
      Map<String, String> expected,
      TestReporter reporter)
      throws InterruptedException {
    int kept = 0;
    int returned = 0;
    for (int i = 0; i < sites.size(); i++) {
      JsonNode done = cluster.awaitDone("job-" + i);
      assertThat(done.path("attempt").asInt()).isEqualTo(1);
      kept += done.path("progress").path("keptTasks").asInt();
      returned += done.path("progress").path("returnedTasks").asInt();
      // What a lost worker had begun is no failure of a tensor.
      assertThat(cluster.logs("job-" + i).toString()).doesNotContain("will try again");
      sites.get(i).assertServedAside(expected);
    }
    faults.put("tensors kept by a new coordinator", kept);
    faults.put("tensors given back by lost workers", returned);
    faults.forEach((what, count) -> reporter.publishEntry(what, count.toString()));
  }
}
