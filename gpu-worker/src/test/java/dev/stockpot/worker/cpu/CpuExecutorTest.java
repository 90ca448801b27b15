package dev.stockpot.worker.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.execution.RawMerge;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CpuExecutorTest {

  private static final LeaseId LEASE = new LeaseId("job", 1);
  private static final LeaseId NEXT = new LeaseId("job", 2);

  private static final String NO_SUCH_FILES = "looks at Linux's /proc/self/fd";

  /** Elements that take one thread seconds when its chunks are as small as can be. */
  private static final int MANY = 8_000_000;

  @TempDir private Path directory;
  private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
  private final CpuExecutor executor = new CpuExecutor(new CpuSettings(1, 64), Kernels.scalar());

  @AfterEach
  void close() {
    executor.close();
  }

  private void submit(LeaseId lease, RawMerge merge, List<TensorTask> tasks) {
    executor.submit(lease, merge.spec(), tasks, Optional.empty(), outcomes::addAll);
  }

  private Outcome next() throws InterruptedException {
    Outcome outcome = outcomes.poll(30, TimeUnit.SECONDS);
    assertThat(outcome).as("an outcome").isNotNull();
    return outcome;
  }

  private RawMerge small() {
    return RawMerge.random(directory, 1_000, Dtype.BF16, Dtype.BF16, Dtype.BF16);
  }

  /** In a directory of its own. */
  private RawMerge large() throws IOException {
    return RawMerge.of(
        Files.createDirectory(directory.resolve("large")),
        List.of(new byte[2 * MANY]),
        List.of(Dtype.BF16),
        Dtype.BF16);
  }

  private Failure failureOf(RawMerge merge) throws InterruptedException {
    submit(LEASE, merge, List.of(merge.task()));
    return assertThat(next())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.lease()).isEqualTo(LEASE);
              assertThat(failed.task()).isZero();
            })
        .extracting(outcome -> ((Outcome.Failed) outcome).failure())
        .actual();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void everyTaskOfALeaseHasOneOutcomeAndTheBytesAreRight(int threads) throws Exception {
    RawMerge merge = small();
    List<TensorTask> pieces = merge.pieces(13);
    try (CpuExecutor several = new CpuExecutor(new CpuSettings(threads, 64), Kernels.best())) {
      several.submit(LEASE, merge.spec(), pieces, Optional.empty(), outcomes::addAll);
      List<Integer> tasks = new ArrayList<>();
      for (int i = 0; i < pieces.size(); i++) {
        Outcome outcome = next();
        assertThat(outcome).isInstanceOf(Outcome.Merged.class);
        Receipt receipt = ((Outcome.Merged) outcome).receipt();
        assertThat(receipt.outputs().getFirst().crc())
            .isEqualTo(merge.expectedCrc(pieces.get(outcome.task())));
        tasks.add(outcome.task());
      }
      assertThat(tasks).doesNotHaveDuplicates();
    }
    assertThat(merge.writtenShard()).isEqualTo(merge.expectedShard());
    assertThat(outcomes).isEmpty();
  }

  @Test
  void aFullFileSystemIsOutOfDisk() throws Exception {
    RawMerge merge = small();
    Path mounted = Files.createDirectory(directory.resolve("mounted"));
    assumeTrue(
        runs("mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", mounted.toString()),
        "only root may mount a file system, so a full one cannot be had here");
    try {
      Path shard = mounted.resolve("shard");
      try (RandomAccessFile sparse = new RandomAccessFile(shard.toFile(), "rw")) {
        sparse.setLength(Files.size(merge.shard()));
      }
      fill(mounted.resolve("filler"));
      Files.delete(merge.shard());
      Files.createSymbolicLink(merge.shard(), shard);
      Failure failure = failureOf(merge);
      assertThat(failure.kind()).isEqualTo(Failure.Kind.OUT_OF_DISK);
      assertThat(failure.message()).startsWith("some.tensor: ");
    } finally {
      executor.close();
      assertThat(runs("umount", mounted.toString())).isTrue();
    }
  }

  private static void fill(Path file) throws IOException {
    try (OutputStream filler = Files.newOutputStream(file)) {
      assertThatIOException()
          .isThrownBy(() -> filler.write(new byte[1 << 20]))
          .withMessageContaining("No space left");
    }
  }

  private static boolean runs(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException _) {
      return false;
    }
  }

  @Test
  void anInputThatVanishedIsAFailureThatNamesTensorAndFile() throws Exception {
    RawMerge merge = small();
    Files.delete(merge.input(1));
    Failure failure = failureOf(merge);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
    assertThat(failure.message())
        .isEqualTo("some.tensor: " + merge.input(1) + ": the file is gone");
  }

  @Test
  void aShardThatIsGoneIsAFailureAndNotCreated() throws Exception {
    RawMerge merge = small();
    Files.delete(merge.shard());
    assertThat(failureOf(merge).message()).contains(merge.shard() + ": the file is gone");
    assertThat(merge.shard()).doesNotExist();
  }

  @Test
  void aTaskThatMakesNoSenseIsABugThatNamesItsTensor() throws Exception {
    RawMerge merge = small();
    submit(LEASE, merge, List.of(merge.senselessTask(0)));
    assertThat(next())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.BUG);
              assertThat(failed.failure().message()).startsWith("some.tensor: ");
            });
  }

  @Test
  void aFailureLeavesTheOtherTasksAlone() throws Exception {
    RawMerge merge = small();
    RawMerge broken =
        RawMerge.random(
            Files.createDirectory(directory.resolve("broken")), 10, Dtype.BF16, Dtype.BF16);
    Files.delete(broken.input(0));
    submit(LEASE, broken, List.of(broken.task()));
    submit(NEXT, merge, List.of(merge.task()));
    assertThat(next()).isInstanceOf(Outcome.Failed.class);
    assertThat(next()).isInstanceOf(Outcome.Merged.class);
  }

  @Test
  void anAbandonedLeaseHasNoMoreOutcomesAlsoAfterItsJobWasReleased() throws Exception {
    RawMerge small = small();
    RawMerge large = large();
    submit(new LeaseId("job", 0), small, List.of(small.task()));
    submit(LEASE, large, large.pieces(MANY / 100));
    next();
    executor.leases().abandon(LEASE);
    executor.leases().release("job");
    outcomes.clear();
    submit(NEXT, small, List.of(small.task()));
    assertThat(next().lease()).isEqualTo(NEXT);
    assertThat(outcomes).isEmpty();
    assertThat(small.writtenShard()).isEqualTo(small.expectedShard());
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = NO_SUCH_FILES)
  void releasingAJobClosesItsFiles() throws Exception {
    RawMerge merge = small();
    submit(LEASE, merge, List.of(merge.task()));
    next();
    assertThat(openFilesIn(directory)).hasSize(3);
    executor.leases().release("job");
    assertThat(openFilesIn(directory)).isEmpty();
    submit(NEXT, merge, List.of(merge.task()));
    assertThat(next()).isInstanceOf(Outcome.Merged.class);
    assertThat(openFilesIn(directory)).hasSize(3);
    executor.close();
    assertThat(openFilesIn(directory)).isEmpty();
  }

  private static List<Path> openFilesIn(Path directory) throws IOException {
    List<Path> open = new ArrayList<>();
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        if (Files.isSymbolicLink(descriptor)) {
          Path target = Files.readSymbolicLink(descriptor);
          if (target.startsWith(directory)) {
            open.add(target);
          }
        }
      }
    }
    return open;
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = NO_SUCH_FILES)
  void closingWhileBusyStopsAtOnceAndLeavesNoThread() throws Exception {
    RawMerge small = small();
    RawMerge large = large();
    submit(new LeaseId("job", 0), small, List.of(small.task()));
    submit(LEASE, large, List.of(large.task()));
    next();
    executor.close();
    executor.close();
    assertThat(outcomes).isEmpty();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("merge-") || thread.getName().equals("flush")) {
        // A pool that is closed has no work left; its threads may still be about to end.
        assertThat(thread.join(Duration.ofSeconds(10))).as(thread.getName()).isTrue();
      }
    }
    assertThat(openFilesIn(directory)).isEmpty();
  }

  @Test
  void theDeviceSaysHowItComputes() {
    assertThat(executor.device().kind()).isEqualTo("cpu");
    assertThat(executor.device().detail()).startsWith("1 thread, scalar");
    assertThat(executor.capacity()).isPositive();
  }
}
