package dev.stockpot.worker.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.FakeCudaCounts;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.execution.RawMerge;
import dev.stockpot.worker.storage.DataPlaneSettings;
import dev.stockpot.worker.storage.NodeStorage;
import dev.stockpot.worker.storage.Roots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources that stay on the device for one soup after another. */
class CudaResidentTest extends FakeCudaTest {

  private static final int ELEMENTS = 1_500_000;
  private static final int PIECE = 400_000;
  private static final long SLOTS = 3 * CudaSettings.LEAST_SLOT_BYTES;

  @TempDir private Path directory;

  private RawMerge merge(String name) throws IOException {
    return RawMerge.random(
        Files.createDirectories(directory.resolve(name)),
        ELEMENTS,
        Dtype.BF16,
        Dtype.BF16,
        Dtype.F32);
  }

  private static RawMerge candidate(RawMerge merge, String name, long one, long other) {
    return merge.making(
        new SoupSpec(name, List.of(0, 1), IntegerWeights.over(one + other, one, other)));
  }

  private static MergeSpec reusing(MergeSpec spec, String job) {
    return new MergeSpec(
        job,
        spec.models(),
        spec.inputs(),
        spec.soups(),
        spec.staging(),
        spec.stagingToken(),
        spec.shards(),
        spec.nonFinite(),
        true);
  }

  private void expectMerged(CudaExecutor executor, RawMerge merge, String job) throws Exception {
    List<TensorTask> tasks = merge.pieces(PIECE);
    executor.submit(
        new LeaseId(job, 1), reusing(merge.spec(), job), tasks, Optional.empty(), outcomes::addAll);
    for (Outcome outcome : next(tasks.size())) {
      assertThat(outcome).isInstanceOf(Outcome.Merged.class);
      TensorTask task = tasks.get(outcome.task());
      assertThat(((Outcome.Merged) outcome).receipt().sourceCrcs())
          .containsExactly(merge.sourceCrc(task, 0), merge.sourceCrc(task, 1));
    }
    assertThat(merge.writtenShard()).isEqualTo(merge.expectedShard());
    executor.leases().release(job);
  }

  /** The same file of other bytes: whoever reads it again makes something else. */
  private static void spoil(RawMerge merge) throws IOException {
    for (int k = 0; k < 2; k++) {
      FileTime written = Files.getLastModifiedTime(merge.input(k));
      byte[] other = merge.inputBytes(k);
      Arrays.fill(other, other.length / 2, other.length, (byte) 1);
      Files.write(merge.input(k), other);
      Files.setLastModifiedTime(merge.input(k), written);
    }
  }

  @Test
  void theSecondSoupReadsNothing() throws Exception {
    RawMerge merge = merge("models");
    CudaExecutor executor = executor();
    expectMerged(executor, candidate(merge, "first", 1, 2), "one");
    long taken = FakeCudaCounts.of("device-bytes");
    assertThat(taken).isGreaterThanOrEqualTo(SLOTS + 6L * ELEMENTS);
    spoil(merge);
    expectMerged(executor, candidate(merge, "second", 3, 4), "two");
    expectMerged(executor, candidate(merge, "third", 5, -1), "three");
    assertThat(FakeCudaCounts.of("device-bytes")).isEqualTo(taken);
  }

  @Test
  void whatFindsNoRoomIsReadEachTime() throws Exception {
    RawMerge merge = merge("models");
    long budget = 3L << 20;
    CudaExecutor executor =
        executor(
            ONE, new CudaSettings(3, CudaSettings.LEAST_SLOT_BYTES, budget, Duration.ofMinutes(1)));
    for (int i = 1; i < 4; i++) {
      expectMerged(executor, candidate(merge, "soup-" + i, i, i + 1), "job-" + i);
      assertThat(FakeCudaCounts.of("device-bytes") - SLOTS).isBetween(1L, budget);
    }
  }

  @Test
  void otherModelsTakeTheRoomOfThoseThatNobodyUsesAnyMore() throws Exception {
    RawMerge before = merge("before");
    RawMerge after = merge("after");
    CudaExecutor executor =
        executor(
            ONE,
            new CudaSettings(3, CudaSettings.LEAST_SLOT_BYTES, 10 << 20, Duration.ofMinutes(1)));
    expectMerged(executor, candidate(before, "first", 1, 2), "one");
    expectMerged(executor, candidate(after, "first", 1, 2), "two");
    spoil(after);
    expectMerged(executor, candidate(after, "second", 2, 3), "three");
    expectMerged(executor, candidate(before, "second", 2, 3), "four");
  }

  @Test
  void aDeviceWhoseMemoryOthersTookMeanwhileGoesOnWithItsSlots() throws Exception {
    RawMerge merge = merge("models");
    CudaDevice device = device(ONE + ",free=30M");
    CudaExecutor first =
        closedLater(CudaExecutor.start(device, SETTINGS, Kernels.scalar(), NodeStorage.own()));
    CudaExecutor second =
        closedLater(CudaExecutor.start(device, SETTINGS, Kernels.scalar(), NodeStorage.own()));
    expectMerged(second, candidate(merge, "first", 1, 2), "one");
    assertThat(FakeCudaCounts.of("device-bytes")).isGreaterThan(2 * SLOTS + (3 << 20));
    expectMerged(first, candidate(merge, "second", 2, 3), "two");
    assertThat(FakeCudaCounts.of("device-bytes")).isLessThanOrEqualTo(30 << 20);
  }

  @Test
  void aFileThatWasReplacedIsNoticedThoughItsBytesAreOnTheDevice() throws Exception {
    RawMerge merge = candidate(merge("models"), "soup", 1, 2);
    DataPlaneSettings settings =
        new DataPlaneSettings(
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            DataPlaneSettings.LEAST_BUFFER_BYTES,
            2,
            Optional.empty());
    NodeStorage storage = closedLater(NodeStorage.within(new Roots(List.of(directory)), settings));
    CudaExecutor executor =
        closedLater(CudaExecutor.start(device(ONE), SETTINGS, Kernels.scalar(), storage));
    expectMerged(executor, merge, "one");
    Files.setLastModifiedTime(merge.input(1), FileTime.fromMillis(0));
    executor.submit(
        LEASE,
        reusing(merge.spec(), "two"),
        merge.pieces(PIECE),
        Optional.empty(),
        outcomes::addAll);
    for (Outcome outcome : next(merge.pieces(PIECE).size())) {
      assertThat(outcome).isInstanceOf(Outcome.Failed.class);
      assertThat(((Outcome.Failed) outcome).failure().message())
          .contains("some.tensor", merge.input(1).toString());
    }
  }
}
