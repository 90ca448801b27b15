package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** No output harms another that is being made, and none is called done without its weights. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class NeighboursTest {

  private static final int FAILED = 1;
  private static final int USAGE = 2;

  @SuppressWarnings("NullAway.Init") // set before all
  private static MergeSite site;

  /** Files of a merge that nothing disturbs. */
  @SuppressWarnings("NullAway.Init") // set before all
  private static Map<String, String> expected;

  @BeforeAll
  static void mergeUndisturbed(@TempDir Path directory) throws InterruptedException {
    site = MergeSite.large(directory);
    assertThat(site.merge().status()).isZero();
    expected = site.result();
  }

  @BeforeEach
  void startAfresh() {
    MergeSite.delete(site.directory().resolve("served"));
    site.writePlan("");
  }

  private Path plan(String output) throws IOException {
    Path plan = site.directory().resolve("other.yaml");
    String text = Files.readString(site.plan()).replace("served/soup", output);
    return Files.writeString(plan, text);
  }

  @Test
  void aMergeIsHarmedByNoOtherWhateverThatReplaces() throws InterruptedException, IOException {
    try (StockpotProcess first = site.stoppedMidway()) {
      for (String output :
          List.of(
              "served/.soup.stockpot",
              "served/.soup.stockpot/shards",
              "served/.soup.stockpot/shards/x",
              "served/.soup.stockpot/journal")) {
        Ended other = forced(output);
        MergeSite.assertFailed(other, USAGE);
        assertThat(other.err()).contains("other.yaml:8:", "has the name '.soup.stockpot'");
      }
      Ended inside = forced("served/soup/inside");
      MergeSite.assertFailed(inside, FAILED);
      assertThat(inside.err())
          .contains(
              "served/soup/inside: lies in " + site.output() + ", which process " + first.pid());
      Ended above = forced("served");
      MergeSite.assertFailed(above, FAILED);
      assertThat(above.err())
          .contains("served: holds " + site.staging() + ", which process " + first.pid());
      assertThat(site.served()).containsExactly(".soup.stockpot");

      first.signal("CONT");
      assertThat(first.await().status()).isZero();
    }
    site.assertServed(expected);
  }

  private Ended forced(String output) throws InterruptedException, IOException {
    return StockpotProcess.run(
        site.directory(), "merge", "--json", "--force", plan(output).toString());
  }

  @Test
  void aCoordinatorsDataAndJobsAreHarmedByNoClientAndByNoMergeBesideIt(@TempDir Path nodes)
      throws InterruptedException, IOException {
    try (ClusterSite cluster = new ClusterSite(nodes)) {
      cluster.startCoordinator(site.directory(), nodes);
      cluster.startSlowWorker("worker-1", site.directory());
      cluster.awaitWorkers(1);
      cluster.submit("first", site.plan());
      cluster.awaitJob("first", "under way", job -> ClusterSite.doneTasks(job) > 0);
      // So that the job is alive until all of this is over.
      cluster.node("worker-1").signal("STOP");

      Path data = cluster.own(ClusterSite.COORDINATOR).resolve("data");
      for (Path output : List.of(site.staging(), site.staging().resolve("shards"))) {
        assertThat(submitted(cluster, output)).contains("has the name '.soup.stockpot'");
      }
      for (Path output :
          List.of(data, data.resolve("queue"), cluster.own(ClusterSite.COORDINATOR))) {
        assertThat(submitted(cluster, output)).contains("keeps files of its own there");
        Ended merge = forced(output.toString());
        MergeSite.assertFailed(merge, FAILED);
        assertThat(merge.err())
            .contains(data + ", which process " + cluster.node(ClusterSite.COORDINATOR).pid());
      }
      Ended above = forced("served");
      MergeSite.assertFailed(above, FAILED);
      assertThat(above.err()).contains("served: holds " + site.staging());

      cluster.node("worker-1").signal("CONT");
      cluster.awaitDone("first");
      site.assertServed(expected);
    }
  }

  private String submitted(ClusterSite cluster, Path output)
      throws InterruptedException, IOException {
    Ended ended =
        cluster.client("submit", "--no-wait", "--force", plan(output.toString()).toString());
    MergeSite.assertFailed(ended, USAGE);
    return ended.err();
  }

  /** What somebody else does to the shards of a merge that stands still. */
  private interface Mishap {
    void happen() throws IOException;
  }

  private String failsAfter(Mishap mishap) throws InterruptedException, IOException {
    try (StockpotProcess process = site.stoppedMidway()) {
      mishap.happen();
      process.signal("CONT");
      Ended ended = process.await();
      MergeSite.assertFailed(ended, FAILED);
      assertThat(site.output()).doesNotExist();
      return ended.err();
    }
  }

  @Test
  void aMergeWhoseStagingDirectoryIsDeletedIsNotDone() throws InterruptedException, IOException {
    assertThat(failsAfter(() -> MergeSite.delete(site.staging()))).contains(".soup.stockpot");
  }

  @Test
  void aMergeWhoseShardsAreDeletedIsNotDone() throws InterruptedException, IOException {
    assertThat(failsAfter(() -> MergeSite.delete(site.staging().resolve("shards"))))
        .contains(".soup.stockpot/shards");
  }

  @Test
  void aMergeWhoseShardIsCutShortIsNotDone() throws InterruptedException, IOException {
    assertThat(
            failsAfter(() -> {
              try (FileChannel shard =
                  FileChannel.open(site.stagedShard(4), StandardOpenOption.WRITE)) {
                shard.truncate(1 << 20);
              }
            }))
        .contains("model-00004-of-00004.safetensors: has 1,048,576 bytes");
  }

  @Test
  void aMergeWhoseShardIsAnotherFileIsNotDone() throws InterruptedException, IOException {
    assertThat(
            failsAfter(() -> {
              Path copy = site.staging().resolve("copy");
              Files.copy(site.stagedShard(1), copy);
              Files.delete(site.stagedShard(1));
              Files.move(copy, site.stagedShard(1));
            }))
        .contains("model-00001-of-00004.safetensors: is another file");
  }
}
