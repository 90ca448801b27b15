package dev.stockpot.worker.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.FakeCudaCounts;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.protocol.Device;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.execution.RawMerge;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same bytes, receipts and refusals as on the host. */
class CudaExecutorTest extends FakeCudaTest {

  /** Larger than the smallest slot, so that it is done in several pieces. */
  private static final int MANY = 2_000_003;

  @TempDir private Path directory;

  private void expectMerged(CudaExecutor executor, RawMerge merge, List<TensorTask> tasks)
      throws Exception {
    submit(executor, merge, tasks);
    for (Outcome outcome : next(tasks.size())) {
      assertThat(outcome).isInstanceOf(Outcome.Merged.class);
      var receipt = ((Outcome.Merged) outcome).receipt();
      TensorTask task = tasks.get(outcome.task());
      for (int soup = 0; soup < merge.soups().size(); soup++) {
        assertThat(receipt.outputs().get(soup).crc()).isEqualTo(merge.expectedCrc(task, soup));
      }
      for (int k = 0; k < merge.sources().size(); k++) {
        assertThat(receipt.sourceCrcs().get(k)).isEqualTo(merge.sourceCrc(task, k));
      }
    }
    for (int soup = 0; soup < merge.soups().size(); soup++) {
      assertThat(merge.writtenShard(soup)).isEqualTo(merge.expectedShard(soup));
    }
    assertThat(outcomes).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"BF16", "F16", "F32", "F64"})
  void everyMixOfDtypesHasTheScalarKernelsBits(Dtype output) throws Exception {
    CudaExecutor executor = executor();
    for (int elements : List.of(1, 7, 8, 9, 4_099)) {
      RawMerge merge =
          RawMerge.random(directory, elements, output, Dtype.BF16, Dtype.F16, Dtype.F32, Dtype.F64)
              .tolerant();
      expectMerged(executor, merge, List.of(merge.task()));
    }
  }

  /** All of one dtype beside a shuffle of the same, so that NaNs and infinities meet everything. */
  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"BF16", "F16", "F32", "F64"})
  void every16BitPatternHasTheScalarKernelsBitsNansAndInfinitiesIncluded(Dtype output)
      throws Exception {
    CudaExecutor executor = executor();
    List<Short> patterns =
        new ArrayList<>(IntStream.range(0, 1 << 16).mapToObj(i -> (short) i).toList());
    byte[] inOrder = shorts(patterns);
    Collections.shuffle(patterns, new Random(16));
    byte[] shuffled = shorts(patterns);
    for (Dtype dtype : List.of(Dtype.BF16, Dtype.F16)) {
      RawMerge merge =
          RawMerge.of(directory, List.of(inOrder, shuffled), List.of(dtype, dtype), output)
              .tolerant()
              .making(
                  soup("alone", IntegerWeights.over(1, 1), 0),
                  soup("third", IntegerWeights.over(3, 1), 0),
                  soup("both", IntegerWeights.over(7, 2, 5), 0, 1),
                  soup("apart", IntegerWeights.over(11, 13, -2), 1, 0));
      expectMerged(executor, merge, merge.pieces(20_000));
    }
  }

  /** Random bits: subnormals, NaNs of any payload, infinities, sums that overflow or cancel. */
  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"BF16", "F16", "F32", "F64"})
  void floatsOfAnyBitsHaveTheScalarKernelsBits(Dtype output) throws Exception {
    CudaExecutor executor = executor();
    Random random = new Random(32);
    byte[] floats = new byte[4 * 100_000];
    byte[] doubles = new byte[8 * 100_000];
    random.nextBytes(floats);
    random.nextBytes(doubles);
    for (int i = 0; i < floats.length; i += 4 * 64) {
      System.arraycopy(new byte[] {0, 0, (byte) 0x80, 0x7f}, 0, floats, i, 4);
    }
    RawMerge merge =
        RawMerge.of(
                directory,
                List.of(floats, floats, doubles),
                List.of(Dtype.F32, Dtype.F32, Dtype.F64),
                output)
            .tolerant()
            .making(
                soup("floats", IntegerWeights.over(3, 1), 0),
                soup("cancelling", IntegerWeights.over(5, 7, -7), 0, 1),
                soup("doubles", IntegerWeights.over(3, 2), 2),
                soup("all", IntegerWeights.over(1L << 50, 1, 2, (1L << 50) - 3), 0, 1, 2));
    expectMerged(executor, merge, merge.pieces(33_333));
  }

  private static SoupSpec soup(String directory, IntegerWeights weights, Integer... sources) {
    return new SoupSpec(directory, List.of(sources), weights);
  }

  private static byte[] shorts(List<Short> values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(bytes::putShort);
    return bytes.array();
  }

  @Test
  void aTaskLargerThanASlotIsDoneInPieces() throws Exception {
    RawMerge merge = RawMerge.random(directory, MANY, Dtype.BF16, Dtype.BF16, Dtype.F32);
    expectMerged(executor(), merge, List.of(merge.task()));
  }

  @Test
  void manyTasksOfAllSizesOverlap() throws Exception {
    RawMerge merge =
        RawMerge.random(directory, MANY, Dtype.BF16, Dtype.BF16, Dtype.BF16, Dtype.BF16)
            .making(
                soup("one", IntegerWeights.over(10, 1, 2, 3), 0, 1, 2),
                soup("other", IntegerWeights.over(3, 1, 2), 2, 0));
    expectMerged(executor(), merge, merge.pieces(3_001));
  }

  @Test
  void whatTheKernelCannotTakeIsMergedOnTheHost() throws Exception {
    Dtype[] sources = new Dtype[129];
    Arrays.fill(sources, Dtype.BF16);
    RawMerge many = RawMerge.random(directory, 1_000, Dtype.BF16, sources);
    CudaExecutor executor = executor();
    expectMerged(executor, many, many.pieces(400));
    byte[] bytes = new byte[1_000];
    new Random(1).nextBytes(bytes);
    RawMerge copy =
        RawMerge.of(
            directory, List.of(bytes, bytes.clone()), List.of(Dtype.I64, Dtype.I64), Dtype.I64);
    expectMerged(executor, copy, copy.pieces(400));
  }

  @Test
  void whatThePlanForbidsIsRefusedInTheHostsWords() throws Exception {
    byte[] finite = new byte[2 * MANY];
    byte[] infinite = finite.clone();
    infinite[infinite.length - 2] = (byte) 0x80;
    infinite[infinite.length - 1] = 0x7f;
    RawMerge merge =
        RawMerge.of(
            directory, List.of(finite, infinite), List.of(Dtype.BF16, Dtype.BF16), Dtype.BF16);
    submit(executor(), merge, List.of(merge.task()));
    Outcome outcome = next();
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    Failure failure = ((Outcome.Failed) outcome).failure();
    assertThat(failure.kind()).isEqualTo(Failure.Kind.USER_INPUT);
    assertThat(failure.message())
        .startsWith(
            "some.tensor: element %d of the result is infinite; it comes from model-1"
                .formatted(MANY - 1));
  }

  /** One feeder takes them all at once; the last of them lies beyond the end of a file. */
  @Test
  void aTaskThatFailsLeavesThoseThatArePackedWithItAlone() throws Exception {
    RawMerge merge = RawMerge.random(directory, 1_000, Dtype.BF16, Dtype.BF16, Dtype.BF16);
    try (FileChannel channel = FileChannel.open(merge.input(1), StandardOpenOption.WRITE)) {
      channel.truncate(1_900);
    }
    CudaSettings oneFeeder =
        new CudaSettings(1, CudaSettings.LEAST_SLOT_BYTES, 0, Duration.ofSeconds(30));
    List<TensorTask> tasks = merge.pieces(100);
    submit(executor(ONE, oneFeeder), merge, tasks);
    for (Outcome outcome : next(tasks.size())) {
      if (outcome.task() == 9) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(((Outcome.Failed) outcome).failure().message())
            .contains(merge.input(1).toString(), "some.tensor", "the file ends at byte 1900");
      } else {
        assertThat(outcome).isInstanceOf(Outcome.Merged.class);
      }
    }
    assertThat(FakeCudaCounts.of("launches")).isEqualTo(9);
    int whole = (int) tasks.getLast().offset();
    assertThat(merge.writtenShard()).startsWith(Arrays.copyOf(merge.expectedShard(), whole));
  }

  @Test
  void aTaskThatMakesNoSenseIsABugThatNamesItsTensorAndOthersGoOn() throws Exception {
    RawMerge merge = RawMerge.random(directory, 1_000, Dtype.BF16, Dtype.BF16, Dtype.BF16);
    submit(executor(), merge, List.of(merge.senselessTask(1), merge.task()));
    for (Outcome outcome : next(2)) {
      if (outcome.task() == 0) {
        assertThat(outcome).isInstanceOf(Outcome.Merged.class);
      } else {
        Failure failure = ((Outcome.Failed) outcome).failure();
        assertThat(failure.kind()).isEqualTo(Failure.Kind.BUG);
        assertThat(failure.message()).startsWith("some.tensor: ");
      }
    }
    assertThat(merge.writtenShard()).isEqualTo(merge.expectedShard());
  }

  @Test
  void theDeviceSaysHowFastItsBusIs() {
    Device device = executor().device();
    assertThat(device.kind()).isEqualTo("cuda");
    assertThat(device.name()).isEqualTo("Fake A");
    assertThat(device.detail()).isEqualTo("3 feeders with 4 MiB each");
    assertThat(device.rates().measured()).isTrue();
    assertThat(device.rates().resident()).isTrue();
  }
}
