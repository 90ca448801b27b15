package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator whose data directory is on a file system that others fill to the last byte. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class FullDataDirectoryTest {

  private static final int NO_SPACE = 5;

  @TempDir private Path directory;

  @Test
  void clientsAreToldTheNodeStaysUpAndWhatWasAcknowledgedIsThere() throws Exception {
    MergeSite site = MergeSite.small(directory);
    ClusterSite cluster = new ClusterSite(directory.resolve("nodes"));
    Path data = Files.createDirectories(cluster.own(ClusterSite.COORDINATOR).resolve("data"));
    try (Mount mount = Mount.tmpfs(data, "16m")) {
      try (cluster) {
        cluster.startCoordinator(directory);
        assertThat(submit(cluster, site, "before").status()).isZero();
        fill(mount);
        for (String id : List.of("refused", "refused-too")) {
          Ended refused = submit(cluster, site, id);
          assertThat(refused.status()).as(refused.err()).isEqualTo(NO_SPACE);
          assertThat(refused.err()).contains("no room is left to record a job", "free some there");
        }
        assertThat(cluster.client("cancel", "before").status()).isZero();
        assertThat(cluster.node(ClusterSite.COORDINATOR).isAlive()).isTrue();
        assertThat(cluster.status(ClusterSite.COORDINATOR)).isEqualTo("active");
        Files.delete(ballast(mount));
        assertThat(submit(cluster, site, "after").status()).isZero();
        cluster.restart(ClusterSite.COORDINATOR);
        cluster.awaitCoordinator(ClusterSite.COORDINATOR, "active");
        assertThat(cluster.client("list").out())
            .contains("before", "after")
            .doesNotContain("refused");
      }
    }
  }

  private static Ended submit(ClusterSite cluster, MergeSite site, String id)
      throws InterruptedException {
    return cluster.client("submit", "--no-wait", "--id", id, site.plan().toString());
  }

  private static Path ballast(Mount mount) {
    return mount.directory().resolve("ballast");
  }

  private static void fill(Mount mount) {
    byte[] block = new byte[512];
    try (OutputStream out = Files.newOutputStream(ballast(mount))) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }
}
