package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole merges on a driver that is not real but runs the kernel's very source. */
final class GpuMergeTest {

  private static final String A = FakeDriver.A;
  private static final String B = FakeDriver.B;
  private static final String C = FakeDriver.C;
  private static final String D = FakeDriver.D;

  @TempDir static Path directory;
  private static MergeSite site;
  private static Map<String, String> expected;
  private static FakeDriver driver;

  @BeforeAll
  static void mergeOnTheCpu() throws InterruptedException {
    driver = FakeDriver.in(directory);
    site = MergeSite.large(directory.resolve("site"));
    assertThat(site.merge().status()).isZero();
    expected = site.result();
    site.deleteOutput();
  }

  private static StockpotProcess start(String gpus, List<String> variables, String... options) {
    List<String> prefix = driver.prefix(gpus, variables);
    List<String> arguments = new ArrayList<>(List.of("merge", "--json"));
    arguments.addAll(Arrays.asList(options));
    arguments.add(site.plan().toString());
    return StockpotProcess.start(
        prefix, List.of(), site.directory(), arguments.toArray(String[]::new));
  }

  /** The merge's bytes are the CPU's, and nothing of the driver is left open. */
  private static Ended merges(String gpus, List<String> variables, String... options)
      throws InterruptedException {
    try (StockpotProcess process = start(gpus, variables, options)) {
      Ended ended = process.await();
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.err()).doesNotContain("\tat ");
      assertThat(site.result()).isEqualTo(expected);
      driver.assertNothingIsAlive();
      site.deleteOutput();
      return ended;
    }
  }

  @Test
  void threeGpusOfWhichOneFailsAndOneHasLittleMemoryMergeToTheCpusBytes() throws Exception {
    String gpus =
        String.join(
            ";", A + ",cuda=3,fail-launch=5", B + ",cuda=0,free=6M", C + ",cuda=1", D + ",cuda=2");
    Ended ended = merges(gpus, List.of("CUDA_VISIBLE_DEVICES=0,1,3"), "--device", "gpu");
    assertThat(ended.err())
        .contains("Fake A (0000:18:00.0) failed")
        .contains("Fake B: ", "find no memory")
        .contains("it started anew");
  }

  @Test
  void aGpuThatFailsAgainAndAgainIsTakenOutAndTheCpuGoesOn() throws Exception {
    Ended ended = merges(A + ",cuda=0,fail-from=3", List.of(), "--device", "gpu");
    assertThat(ended.err())
        .contains("is out of service: failed 3 times")
        .contains("No GPU serves any more: merging on the CPU");
  }

  @Test
  void gpuAndCpuMergeSideBySide() throws Exception {
    merges(FakeDriver.TWO, List.of(), "--device", "all");
  }

  @Test
  void whoAsksForAGpuWhereThereIsNoneIsToldThatTheCpuMerges() throws Exception {
    Ended ended = merges("", List.of(), "--device", "gpu");
    assertThat(ended.err().lines().filter(line -> line.startsWith("merging on the CPU: ")))
        .hasSize(1);
  }

  /** Attempts on different devices make one output. */
  @Test
  void whatAKilledMergeLeavesOnAGpuTheCpuFinishes() throws Exception {
    boolean midway = false;
    while (!midway) {
      try (StockpotProcess process =
          start(A + ",cuda=0,delay-us=20000", List.of(), "--device", "gpu")) {
        midway = process.livesUntil(() -> !site.journal().receipts().isEmpty()) && process.kill();
      }
      if (!midway) {
        site.deleteOutput();
      }
    }
    Ended ended = merges("", List.of(), "--device", "cpu");
    assertThat(ended.json().at("/kept").asInt(-1)).isPositive();
  }
}
