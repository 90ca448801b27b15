package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole searches on a driver that is not real but runs the kernel's very source. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class GpuSearchTest {

  @TempDir private static Path directory;

  private static FakeDriver driver;
  private static SearchSite onCpu;

  @BeforeAll
  static void searchOnTheCpu() throws InterruptedException {
    driver = FakeDriver.in(directory);
    onCpu = site("cpu");
    Ended ended = onCpu.search("--device", "cpu");
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  private static SearchSite site(String name) {
    SearchSite site = SearchSite.create(directory.resolve(name));
    site.writePlan("served/best", SearchSite.FINE, "");
    return site;
  }

  /** Evaluates what the CPU's search does, with the same scores, and finds the same best. */
  private static Ended searches(SearchSite site, String gpus, String... flags)
      throws InterruptedException {
    try (StockpotProcess process =
        site.start(driver.prefix(gpus, List.of()), List.of(flags), "--device", "gpu")) {
      Ended ended = process.await();
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.err()).doesNotContain("\tat ");
      assertThat(site.leaderboard()).isEqualTo(onCpu.leaderboard());
      assertThat(site.runs()).doesNotHaveDuplicates().hasSameSizeAs(onCpu.runs());
      assertThat(site.best()).isEqualTo(onCpu.best());
      driver.assertNothingIsAlive();
      return ended;
    }
  }

  /** More than five batches of a few candidates each, and one way over the bus. */
  @Test
  void eachGpuReadsTheModelsOnceForAllCandidatesOfASearch() throws InterruptedException {
    SearchSite site = site("resident");
    searches(site, FakeDriver.TWO);
    assertThat(driver.bytesIn())
        .hasSize(2)
        .allSatisfy(in -> assertThat(in).isBetween(1L, nearly(site.inputBytes())));

    SearchSite other = site("not-resident");
    searches(other, FakeDriver.TWO, "-Dstockpot.worker.cuda.resident-memory=0");
    assertThat(driver.bytesIn().stream().mapToLong(Long::longValue).sum())
        .isGreaterThan(4 * other.inputBytes());
  }

  /** Counters and what aligns the tensors come along. */
  private static long nearly(long bytes) {
    return bytes + bytes / 10;
  }

  @Test
  void aSearchOutlastsAGpuThatFailsInItsMidst() throws InterruptedException {
    Ended ended = searches(site("failing"), FakeDriver.A + ",cuda=0,fail-launch=60");
    assertThat(ended.err()).contains("Fake A (0000:18:00.0) failed", "starts anew");
  }

  @Test
  void aSearchWhoseGpusAreTakenOutGoesOnOnTheCpu() throws InterruptedException {
    Ended ended = searches(site("out"), FakeDriver.A + ",cuda=0,fail-from=60");
    assertThat(ended.err()).contains("No GPU serves any more: merging on the CPU");
  }
}
