package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.PortFuzzer.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damage of every kind at a coordinator's port leaves it as it was. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
final class PortFuzzTest {

  private static final Path RECORDING =
      Path.of("protocol/src/test/resources/dev/stockpot/protocol/wire/messages-0.1.txt");

  private static final Duration REST = Duration.ofSeconds(2);

  /** Of a heap of 256 MiB, after a collection. */
  private static final long FEW_BYTES = 100L << 20;

  private static final int FEW_CHARACTERS = 200_000;

  @TempDir private Path directory = Path.of("");

  @Test
  void threeThousandInputsDoNoHarm(TestReporter reporter) throws Exception {
    fuzz(reporter, 300, 200, 2_500);
  }

  @Test
  @Tag("fuzz")
  void aMillionInputsDoNoHarm(TestReporter reporter) throws Exception {
    fuzz(reporter, 5_000, 5_000, 990_000);
  }

  private void fuzz(TestReporter reporter, int plain, int heads, int payloads) throws Exception {
    try (ClusterSite cluster = new ClusterSite(directory)) {
      cluster.startCoordinator(directory);
      cluster.startWorker("worker", directory);
      cluster.awaitWorkers(1);
      StockpotProcess coordinator = cluster.node(ClusterSite.COORDINATOR);
      PortFuzzer fuzzer =
          new PortFuzzer(15, cluster.clusterPort(), cluster.certificate(), recorded());
      Duration cpu = coordinator.cpuTime();
      long start = System.nanoTime();
      fuzzer.plain(plain);
      fuzzer.heads(heads);
      fuzzer.payloads(payloads);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      cluster.await("it rests", () -> isAtRest(coordinator));
      long heap = coordinator.liveHeap();
      String said = coordinator.said();
      reporter.publishEntry(
          "fuzzed",
          "%d inputs in %d s: %d of plain bytes, %d heads, %d payloads; CPU %d s, log %d characters, heap after %d MiB"
              .formatted(
                  plain + heads + payloads,
                  took.toSeconds(),
                  plain,
                  heads,
                  payloads,
                  coordinator.cpuTime().minus(cpu).toSeconds(),
                  said.length(),
                  heap >> 20));
      assertThat(heap).isLessThan(FEW_BYTES);
      assertThat(said).hasSizeLessThan(FEW_CHARACTERS);
      assertThat(cluster.status(ClusterSite.COORDINATOR)).isEqualTo("active");
      cluster.awaitWorkers(1);
      cluster.startWorker("another", directory);
      cluster.awaitWorkers(2);
    }
  }

  /** Whether nothing spins: of the next while, hardly any is the process's. */
  private static boolean isAtRest(StockpotProcess process) {
    Duration before = process.cpuTime();
    long start = System.nanoTime();
    while (System.nanoTime() - start < REST.toNanos()) {
      LockSupport.parkNanos(REST.toNanos() / 10);
    }
    return process.cpuTime().minus(before).compareTo(REST.dividedBy(4)) < 0;
  }

  private static List<Recorded> recorded() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (Files.notExists(root.resolve("mvnw"))) {
      root = root.resolve("..").normalize();
    }
    try (Stream<String> lines = Files.lines(root.resolve(RECORDING))) {
      return lines.map(PortFuzzTest::recorded).toList();
    }
  }

  private static Recorded recorded(String line) {
    int space = line.indexOf(' ');
    return new Recorded(line.substring(0, space), line.substring(space + 1));
  }
}
