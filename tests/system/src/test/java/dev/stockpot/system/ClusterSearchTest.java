package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Searches that clients submit to a coordinator with two workers. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class ClusterSearchTest {

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each
  private SearchSite site;

  @BeforeEach
  void makeSite() {
    site = SearchSite.create(directory.resolve("site"));
  }

  private ClusterSite cluster(String settings) throws InterruptedException {
    ClusterSite cluster =
        new ClusterSite(
            directory.resolve("nodes"),
            Place.LOOPBACK,
            Optional.empty(),
            settings,
            ClusterSite.COORDINATOR);
    cluster.startCoordinator(site.directory());
    cluster.startWorker("worker-1", site.directory());
    cluster.startWorker("worker-2", site.directory());
    cluster.awaitWorkers(2);
    return cluster;
  }

  @Test
  void aSubmittedSearchHasTheLeaderboardOfOneInThisProcess() throws InterruptedException {
    SearchSite embedded = SearchSite.create(directory.resolve("embedded"));
    assertThat(embedded.search().status()).isZero();
    String allowed =
        "stockpot.coordinator.evaluators = [\"%s\"]"
            .formatted(site.directory().resolve("evaluate.sh"));

    try (ClusterSite cluster = cluster(allowed)) {
      Ended submitted = cluster.client("submit", site.directory().resolve("plan.yaml").toString());

      assertThat(submitted.status()).as(submitted.err()).isZero();
      assertThat(submitted.out().lines().toList().getLast()).isEqualTo(site.output().toString());
    }
    assertThat(site.leaderboard()).isEqualTo(embedded.leaderboard());
    assertThat(site.best()).isEqualTo(embedded.best());
    assertThat(new HashSet<>(site.runs())).hasSameSizeAs(site.runs());
    assertThat(site.staging()).doesNotExist();
  }

  @Test
  void anEvaluatorThatTheNodeDoesNotAllowDoesNotRun() throws InterruptedException {
    try (ClusterSite cluster = cluster("")) {
      Ended submitted = cluster.client("submit", site.directory().resolve("plan.yaml").toString());

      assertThat(submitted.status()).isEqualTo(2);
      assertThat(submitted.err())
          .contains(
              "'./evaluate.sh' is not allowed on this node", "stockpot.coordinator.evaluators")
          .doesNotContain("\tat ");
    }
    assertThat(site.runs()).isEmpty();
    assertThat(site.output()).doesNotExist();
  }
}
