package dev.stockpot.worker.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.FakeCudaCounts;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.worker.execution.DeviceExecutor;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.execution.RawMerge;
import dev.stockpot.worker.storage.NodeStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices that fail, hang or are full: tasks are answered, and nothing stays taken. */
class CudaFailuresTest extends FakeCudaTest {

  private static final CudaSettings IMPATIENT =
      new CudaSettings(3, CudaSettings.LEAST_SLOT_BYTES, 0, Duration.ofMillis(500));

  @TempDir private Path directory;

  private RawMerge merge() {
    return RawMerge.random(directory, 1_000_000, Dtype.BF16, Dtype.BF16, Dtype.BF16, Dtype.BF16);
  }

  /** Some are merged, the others are answered with the device's failure, none with another. */
  private void expectFailure(DeviceExecutor executor, RawMerge merge, String reason)
      throws InterruptedException {
    List<TensorTask> tasks = merge.pieces(100_000);
    submit(executor, merge, tasks);
    Set<Integer> ended = new HashSet<>();
    int failed = 0;
    for (Outcome outcome : next(tasks.size())) {
      ended.add(outcome.task());
      if (outcome instanceof Outcome.DeviceFailed(_, _, String said)) {
        assertThat(said).contains(reason);
        failed++;
      } else {
        assertThat(outcome).isInstanceOf(Outcome.Merged.class);
      }
    }
    assertThat(ended).hasSize(tasks.size());
    assertThat(failed).isPositive();
  }

  @Test
  void afterAFaultEveryTaskIsAnsweredWithItAndANewExecutorWorks() throws Exception {
    RawMerge merge = merge();
    CudaDevice device = device(ONE + ",fail-launch=5");
    try (CudaExecutor failing =
        CudaExecutor.start(device, SETTINGS, Kernels.scalar(), NodeStorage.own())) {
      expectFailure(failing, merge, "CUDA_ERROR_ILLEGAL_ADDRESS, an illegal memory access");
      submit(failing, merge, List.of(merge.task()));
      assertThat(next()).isInstanceOf(Outcome.DeviceFailed.class);
    }
    assertThat(FakeCudaCounts.of("device-bytes")).isZero();
    CudaExecutor second =
        closedLater(CudaExecutor.start(device, SETTINGS, Kernels.scalar(), NodeStorage.own()));
    submit(second, merge, List.of(merge.task()));
    assertThat(next()).isInstanceOf(Outcome.Merged.class);
    assertThat(merge.writtenShard()).isEqualTo(merge.expectedShard());
  }

  @Test
  void aDeviceThatHangsHasFailedInTimeAndCanBeClosed() throws Exception {
    CudaExecutor executor = executor(ONE + ",hang-launch=2", IMPATIENT);
    expectFailure(executor, merge(), "did not end a piece of work within 500 ms");
    long start = System.nanoTime();
    executor.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void closingDoesNotWaitForTheWholePatience() throws Exception {
    RawMerge merge = merge();
    CudaExecutor executor = executor(ONE + ",hang-launch=1", SETTINGS);
    submit(executor, merge, merge.pieces(100_000));
    long start = System.nanoTime();
    executor.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void closingWhileBusyStopsSoonAndLeavesNoThread() throws Exception {
    RawMerge merge =
        RawMerge.random(directory, 4_000_000, Dtype.BF16, Dtype.BF16, Dtype.BF16, Dtype.BF16);
    CudaExecutor executor = executor();
    submit(executor, merge, merge.pieces(10_000));
    next();
    executor.close();
    executor.close();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("feed-") || thread.getName().startsWith("cuda-")) {
        // A pool that is closed has no work left; its threads may still be about to end.
        assertThat(thread.join(Duration.ofSeconds(10))).as(thread.getName()).isTrue();
      }
    }
  }

  @Test
  void nothingGrowsOverAThousandTasks() throws Exception {
    RawMerge merge =
        RawMerge.random(directory, 1_000_000, Dtype.BF16, Dtype.BF16, Dtype.BF16, Dtype.BF16);
    CudaExecutor executor = executor();
    long device = FakeCudaCounts.of("device-bytes");
    long host = FakeCudaCounts.of("host-bytes");
    assertThat(device).isEqualTo(3 * CudaSettings.LEAST_SLOT_BYTES);
    List<TensorTask> tasks = merge.pieces(1_000);
    submit(executor, merge, tasks);
    assertThat(next(tasks.size())).hasSize(1_000).allMatch(Outcome.Merged.class::isInstance);
    assertThat(FakeCudaCounts.of("device-bytes")).isEqualTo(device);
    assertThat(FakeCudaCounts.of("host-bytes")).isEqualTo(host);
    assertThat(FakeCudaCounts.of("streams")).isEqualTo(3);
    assertThat(FakeCudaCounts.of("events")).isEqualTo(3);
  }

  @Test
  void slotsShrinkAndThenBecomeFewerUntilThereIsMemoryForThem() throws Exception {
    RawMerge merge = merge();
    for (var each : List.of(List.of(100, 3, 20), List.of(20, 3, 5), List.of(6, 1, 4))) {
      CudaSettings settings = new CudaSettings(3, 20 << 20, 0, Duration.ofSeconds(30));
      try (CudaExecutor executor = executor(ONE + ",free=" + each.get(0) + "M", settings)) {
        assertThat(executor.device().detail())
            .isEqualTo("%d feeders with %d MiB each".formatted(each.get(1), each.get(2)));
        submit(executor, merge, List.of(merge.task()));
        assertThat(next()).isInstanceOf(Outcome.Merged.class);
      }
      assertThat(merge.writtenShard()).isEqualTo(merge.expectedShard());
    }
  }

  @Test
  void aKernelThatTheDriverRefusesIsToldWithTheCompilersWords() {
    CudaDevice device = device(ONE + ",bad-ptx=1");
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> CudaExecutor.start(device, SETTINGS, Kernels.scalar(), NodeStorage.own()))
        .withMessage(
            "Fake A (0000:18:00.0) cannot be used: loading the kernel (ptxas fatal : some line): CUDA_ERROR_INVALID_PTX");
  }

  @Test
  void aDeviceWithoutMemoryIsRefusedWithWhatToDo() {
    CudaDevice full = device(ONE + ",free=3M");
    MergeException refusal =
        assertThatExceptionOfType(MergeException.class)
            .isThrownBy(
                () -> CudaExecutor.start(full, SETTINGS, Kernels.scalar(), NodeStorage.own()))
            .actual();
    assertThat(refusal.failure().kind()).isEqualTo(Failure.Kind.OUT_OF_DEVICE_MEMORY);
    assertThat(refusal)
        .hasMessageStartingWith("Fake A (0000:18:00.0) cannot be used: taking device memory:")
        .hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY")
        .hasMessageEndingWith("or leave it out with CUDA_VISIBLE_DEVICES");
  }
}
