package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A cluster in which one node has GPUs, which are not real, and another has none. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class GpuClusterTest {

  private static final String GPUS =
      FakeDriver.A + ",cuda=0,celsius=54;" + FakeDriver.B + ",cuda=1,celsius=54";

  @TempDir private Path directory;

  private static JsonNode worker(JsonNode workers, String end) {
    return workers
        .valueStream()
        .filter(worker -> worker.path("name").asString().endsWith(end))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no worker .." + end + " in " + workers));
  }

  @Test
  void aNodeWithGpusAndOneWithoutMergeToTheCpusBytes() throws InterruptedException {
    FakeDriver driver = FakeDriver.in(directory);
    MergeSite site = MergeSite.large(directory.resolve("site"));
    assertThat(site.merge().status()).isZero();
    Map<String, String> expected = site.result();
    site.deleteOutput();
    Place withGpus =
        new Place(
            Place.LOOPBACK.host(),
            driver.prefix(GPUS, List.of()),
            "stockpot.worker.device = gpu\n");

    try (ClusterSite cluster = new ClusterSite(directory.resolve("nodes"))) {
      cluster.startCoordinator(site.directory());
      cluster.startWorker(withGpus, "gpus", site.directory());
      cluster.startWorker("cpu", site.directory());
      cluster.awaitWorkers(3);
      Ended submitted = cluster.client("submit", site.plan().toString());

      assertThat(submitted.status()).as(submitted.err()).isZero();
      assertThat(site.result()).isEqualTo(expected);
      JsonNode workers = cluster.client("workers", "--json").json();
      assertThat(workers.size()).isEqualTo(3);
      for (String gpu : List.of("/gpu-0", "/gpu-1")) {
        JsonNode worker = worker(workers, gpu);
        assertThat(worker.path("kind").asString()).isEqualTo("cuda");
        assertThat(worker.path("doneTasks").asInt()).isPositive();
        assertThat(worker.at("/sample/celsius").asInt()).isEqualTo(54);
        assertThat(worker.at("/sample/memoryBytes").asLong()).isPositive();
      }
      assertThat(worker(workers, "/cpu").path("doneTasks").asInt()).isPositive();
      assertThat(worker(workers, "/cpu").path("sample").isNull()).isTrue();

      cluster.node("gpus").signal("TERM");
      assertThat(cluster.node("gpus").endsWithin(Duration.ofMinutes(1))).isTrue();
      driver.assertNothingIsAlive();
      assertThat(driver.bytesIn()).hasSize(2).allMatch(bytes -> bytes > 0);
    }
  }
}
