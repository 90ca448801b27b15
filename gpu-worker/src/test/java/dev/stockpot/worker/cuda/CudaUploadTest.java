package dev.stockpot.worker.cuda;

import static dev.stockpot.worker.storage.FakeCoordinator.SERVED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.execution.RawMerge;
import dev.stockpot.worker.storage.DataPlaneSettings;
import dev.stockpot.worker.storage.FakeCoordinator;
import dev.stockpot.worker.storage.FakeCoordinator.Fate;
import dev.stockpot.worker.storage.NodeStorage;
import dev.stockpot.worker.storage.Roots;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU's worker that sees no file: bytes come from the coordinator and go there. */
class CudaUploadTest extends FakeCudaTest {

  private static final Duration PATIENT = Duration.ofSeconds(30);

  @TempDir private Path directory;

  private CudaExecutor remote() throws Exception {
    DataPlaneSettings settings =
        new DataPlaneSettings(
            PATIENT, PATIENT, DataPlaneSettings.LEAST_BUFFER_BYTES, 3, Optional.empty());
    Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
    NodeStorage storage = closedLater(NodeStorage.within(new Roots(List.of(elsewhere)), settings));
    return closedLater(CudaExecutor.start(device(ONE), SETTINGS, Kernels.scalar(), storage));
  }

  private RawMerge merge() {
    return RawMerge.random(directory, 900_000, Dtype.BF16, Dtype.BF16, Dtype.F32)
        .making(
            new SoupSpec("one", List.of(0, 1), IntegerWeights.over(3, 1, 2)),
            new SoupSpec("other", List.of(1), IntegerWeights.over(7, 6)));
  }

  /** More outputs at a time than there are buffers for, so that feeders wait for each other's. */
  @Test
  void theBytesGoThroughTheCoordinator() throws Exception {
    RawMerge merge = merge();
    List<TensorTask> tasks = merge.pieces(2_000);
    try (FakeCoordinator coordinator = new FakeCoordinator(merge, tasks, _ -> SERVED)) {
      remote()
          .submit(LEASE, merge.spec(), tasks, Optional.of(coordinator.access()), outcomes::addAll);
      assertThat(next(tasks.size())).allMatch(Outcome.Merged.class::isInstance);
      for (int soup = 0; soup < 2; soup++) {
        assertThat(coordinator.shard(soup)).isEqualTo(merge.expectedShard(soup));
        assertThat(merge.writtenShard(soup)).isEqualTo(merge.emptyShard());
      }
    }
  }

  @Test
  void aLeaseThatIsOverIsNoFailureOfTheDevice() throws Exception {
    RawMerge merge = merge();
    List<TensorTask> tasks = merge.pieces(100_000);
    try (FakeCoordinator coordinator =
        new FakeCoordinator(merge, tasks, _ -> new Fate.Refused(403))) {
      CudaExecutor executor = remote();
      executor.submit(
          LEASE, merge.spec(), tasks, Optional.of(coordinator.access()), outcomes::addAll);
      assertThat(next()).isInstanceOf(Outcome.LeaseOver.class);
      executor.close();
      assertThat(outcomes).allMatch(Outcome.LeaseOver.class::isInstance);
    }
  }
}
