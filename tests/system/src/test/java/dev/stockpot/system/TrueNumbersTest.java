package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** After a run with faults, the pages, the API, the manifest and the disk say the same numbers. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class TrueNumbersTest {

  @TempDir private Path directory;

  private JsonNode view = JsonMapper.shared().createObjectNode();

  private List<JsonNode> rows(String prefix) {
    return view.properties().stream()
        .filter(row -> row.getKey().startsWith(prefix))
        .map(row -> row.getValue())
        .toList();
  }

  private long sum(String prefix, ToLongFunction<JsonNode> number) {
    return rows(prefix).stream().mapToLong(number).sum();
  }

  private long lanes(String field) {
    return sum("lane/", lane -> lane.path(field).asLong());
  }

  private long cells(int column) {
    return sum("cell/", cell -> cell.path(column).asLong());
  }

  /** Of the tensors of a checkpoint's files. */
  private static long dataBytes(Path checkpoint) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(checkpoint)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".safetensors")).toList()) {
        bytes += Files.size(file) - MergeSite.headerBytes(file);
      }
    }
    return bytes;
  }

  @Test
  void afterARunWithFaultsTheyAgreeToTheByte() throws Exception {
    MergeSite site = MergeSite.large(directory.resolve("site"));
    try (ClusterSite cluster = new ClusterSite(directory.resolve("cluster"))) {
      cluster.startCoordinator(site.directory());
      cluster.startSlowWorker("worker-1", site.directory());
      cluster.startSlowWorker("worker-2", site.directory());
      cluster.awaitWorkers(2);
      cluster.submit("faulty", site.plan());
      cluster.awaitJob("faulty", "under way", job -> ClusterSite.doneTasks(job) > 0);
      cluster.kill("worker-1");
      cluster.awaitJob(
          "faulty",
          "rid of the worker's leases",
          job -> job.path("progress").path("returnedTasks").asInt() > 0);
      cluster.awaitDone("faulty");

      URI address = cluster.url().resolve("/v1/jobs/faulty/view");
      cluster.await(
          "the page says that it is done",
          () -> {
            view = cluster.api().get(address).orElseThrow().path("rows");
            return ClusterSite.text(view.path("job"), "status").equals("done");
          });
      JsonNode progress = cluster.job("faulty").path("progress");
      long written = dataBytes(site.output());
      long read = 0;
      for (String model : MergeSite.MODELS) {
        read += dataBytes(site.directory().resolve(model));
      }

      assertThat(lanes("tasks")).isEqualTo(progress.path("tasks").asLong());
      assertThat(lanes("tasks")).isEqualTo(progress.path("doneTasks").asLong());
      assertThat(lanes("bytesOut")).isEqualTo(written);
      assertThat(lanes("bytesOut")).isEqualTo(progress.path("bytes").asLong());
      assertThat(lanes("bytesIn")).isEqualTo(read);
      assertThat(lanes("returned")).isEqualTo(progress.path("returnedTasks").asLong());
      assertThat(lanes("returned"))
          .isEqualTo(
              rows("mark/").stream()
                  .filter(mark -> ClusterSite.text(mark, "kind").equals("returned"))
                  .mapToLong(mark -> mark.path("tasks").asLong())
                  .sum());
      assertThat(view.path("job").path("progress")).isEqualTo(progress);

      JsonNode times =
          JsonMapper.shared()
              .readTree(Files.readString(site.output().resolve("stockpot-manifest.json")))
              .path("times");
      List<String> fields = List.of("tasks", "bytesIn", "bytesOut", "read", "merge", "write");
      for (String stage : List.of("read", "merge", "write")) {
        assertThat(lanes(stage)).as(stage).isEqualTo(times.path(stage).asLong());
      }
      for (int column = 0; column < fields.size(); column++) {
        assertThat(cells(column)).as(fields.get(column)).isEqualTo(lanes(fields.get(column)));
      }
      assertThat(cells(fields.size())).isEqualTo(lanes("leased") / 1_000_000);

      assertThat(rows("shard/"))
          .allSatisfy(shard ->
              assertThat(shard.path("doneBytes").asLong())
                  .isEqualTo(shard.path("bytes").asLong())
                  .isEqualTo(shardBytes(site, ClusterSite.text(shard, "name"))));
      assertThat(sum("shard/", shard -> shard.path("doneTensors").asLong()))
          .isEqualTo(site.tensors());
      assertThat(view.path("strip").valueStream()).allMatch(part -> part.asDouble() == 1);
      assertThat(rows("mark/"))
          .extracting(mark -> ClusterSite.text(mark, "kind"))
          .contains("returned", "took");
      assertThat(rows("log/").stream().map(line -> line.path("sequence").asLong()).toList())
          .isSortedAccordingTo(Comparator.naturalOrder())
          .hasSize(cluster.logs("faulty").size());
    }
  }

  private static long shardBytes(MergeSite site, String name) {
    try {
      Path file = site.output().resolve(name);
      return Files.size(file) - MergeSite.headerBytes(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
