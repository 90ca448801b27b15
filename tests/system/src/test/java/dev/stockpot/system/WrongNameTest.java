package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that is told another name of the cluster than the coordinator's. */
@MostlyWaits
final class WrongNameTest {

  @TempDir private Path directory;

  @Test
  void itSaysSoItselfAndInNoLibrarysWords() throws InterruptedException {
    try (ClusterSite cluster = new ClusterSite(directory)) {
      cluster.startCoordinator(directory);
      String before = cluster.node(ClusterSite.COORDINATOR).said();
      Place kitchen =
          new Place(Place.LOOPBACK.host(), List.of(), "stockpot.cluster.name = kitchen\n");
      cluster.startWorker(kitchen, "stranger", directory);
      StockpotProcess stranger = cluster.node("stranger");
      cluster.await(
          "the worker says why it is not in",
          () -> stranger.said().contains("lets no node of a cluster 'kitchen' in"));
      assertThat(stranger.said()).doesNotContainIgnoringCase("pekko");
      assertThat(before).doesNotContainIgnoringCase("pekko");
    }
  }
}
