package dev.stockpot.worker.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.ChunkLoop;
import dev.stockpot.merge.execution.OpenFiles;
import dev.stockpot.merge.execution.ShardFiles;
import dev.stockpot.merge.kernel.provider.KernelProvider;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.worker.execution.RawMerge;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkLoopTest {

  @TempDir private Path directory;

  private static boolean never() {
    return false;
  }

  private static Receipt run(RawMerge merge, TensorTask task, long bufferBytes) throws IOException {
    return Objects.requireNonNull(
        run(merge, task, bufferBytes, Kernels.scalar(), ChunkLoopTest::never));
  }

  private static @Nullable Receipt run(
      RawMerge merge,
      TensorTask task,
      long bufferBytes,
      KernelProvider kernels,
      BooleanSupplier abandoned)
      throws IOException {
    try (OpenFiles files = new OpenFiles();
        ChunkLoop loop = new ChunkLoop(kernels.newKernel(), bufferBytes)) {
      return loop.run(files, new ShardFiles(files), merge.spec(), task, abandoned);
    }
  }

  private static String refusal(RawMerge merge) {
    MergeException refusal =
        assertThatExceptionOfType(MergeException.class)
            .isThrownBy(() -> run(merge, merge.task(), 64))
            .actual();
    assertThat(refusal.failure().kind()).isEqualTo(Failure.Kind.USER_INPUT);
    return refusal.failure().message();
  }

  @ParameterizedTest
  @ValueSource(longs = {64, 66, 100, 1_000, 4_096, 1 << 20})
  void chunkingNeverChangesABit(long bufferBytes) throws IOException {
    List<KernelProvider> kernels = new ArrayList<>(List.of(Kernels.scalar(), Kernels.best()));
    Kernels.vector().ifPresent(kernels::add);
    for (int elements : List.of(1, 31, 32, 33, 1_501)) {
      for (List<Dtype> dtypes :
          List.of(
              List.of(Dtype.BF16, Dtype.BF16, Dtype.BF16),
              List.of(Dtype.BF16, Dtype.F16, Dtype.F32, Dtype.BF16),
              List.of(Dtype.F32, Dtype.F64, Dtype.BF16),
              List.of(Dtype.F64, Dtype.F32))) {
        for (KernelProvider kernel : kernels) {
          RawMerge merge =
              RawMerge.random(
                      directory,
                      elements,
                      dtypes.getFirst(),
                      dtypes.subList(1, dtypes.size()).toArray(Dtype[]::new))
                  .tolerant();
          assertThat(run(merge, merge.task(), bufferBytes, kernel, ChunkLoopTest::never))
              .isNotNull();
          assertThat(merge.writtenShard())
              .as("%d elements of %s by %s", elements, dtypes, kernel.description())
              .isEqualTo(merge.expectedShard());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 32, 100, 499, 500})
  void piecesInAnyOrderMakeTheSameBytes(int piece) throws IOException {
    RawMerge merge = RawMerge.random(directory, 500, Dtype.BF16, Dtype.BF16, Dtype.BF16);
    List<TensorTask> pieces = new ArrayList<>(merge.pieces(piece));
    Collections.shuffle(pieces, new Random(piece));
    for (TensorTask task : pieces) {
      run(merge, task, 64);
    }
    assertThat(merge.writtenShard()).isEqualTo(merge.expectedShard());
  }

  @Test
  void theReceiptHasTheChecksumsOfAllThatWasReadAndWritten() throws IOException {
    RawMerge merge = RawMerge.random(directory, 1_001, Dtype.F32, Dtype.BF16, Dtype.F16);
    for (TensorTask task : merge.pieces(300)) {
      Receipt receipt = run(merge, task, 100);
      assertThat(receipt.task()).isEqualTo(task.id());
      assertThat(receipt.outputs().getFirst().crc()).isEqualTo(merge.expectedCrc(task));
      assertThat(receipt.sourceCrcs())
          .containsExactly(merge.sourceCrc(task, 0), merge.sourceCrc(task, 1));
      assertThat(receipt.allFinite()).isTrue();
      assertThat(receipt.times().read()).isPositive();
      assertThat(receipt.times().merge()).isPositive();
      assertThat(receipt.times().write()).isPositive();
    }
  }

  @Test
  void aTruncatedInputIsNamedWithItsEnd() throws IOException {
    RawMerge merge = RawMerge.random(directory, 100, Dtype.BF16, Dtype.BF16, Dtype.BF16);
    try (FileChannel channel = FileChannel.open(merge.input(1), StandardOpenOption.WRITE)) {
      channel.truncate(150);
    }
    assertThat(refusal(merge))
        .contains(merge.input(1).toString(), "some.tensor", "ends at byte 150", "go to 213");
  }

  @Test
  void anInputThatVanishedIsAnError() throws IOException {
    RawMerge merge = RawMerge.random(directory, 100, Dtype.BF16, Dtype.BF16);
    Files.delete(merge.input(0));
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> run(merge, merge.task(), 64))
        .withMessageContaining("in0");
  }

  @Test
  void aShardThatIsGoneIsNotCreated() throws IOException {
    RawMerge merge = RawMerge.random(directory, 100, Dtype.BF16, Dtype.BF16);
    Files.delete(merge.shard());
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> run(merge, merge.task(), 64));
    assertThat(merge.shard()).doesNotExist();
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** A hundred zeros, but for one value at element 70, which is in the last of five chunks. */
  private static byte[] withOne(float value) {
    float[] values = new float[100];
    values[70] = value;
    return floats(values);
  }

  private RawMerge mergeOf(Dtype output, float first, float second) {
    return RawMerge.of(
        directory, List.of(withOne(first), withOne(second)), List.of(Dtype.F32, Dtype.F32), output);
  }

  @Test
  void aNanIsRefusedWithItsTensorElementAndModel() {
    assertThat(refusal(mergeOf(Dtype.F32, 1, Float.NaN)))
        .contains("some.tensor: element 70 of the result is NaN", "comes from model-1")
        .contains("non_finite: warn");
  }

  @Test
  void anInfinityIsRefusedLikewise() {
    assertThat(refusal(mergeOf(Dtype.F32, Float.NEGATIVE_INFINITY, 1)))
        .contains("some.tensor: element 70 of the result is infinite", "comes from model-0");
  }

  @Test
  void aSumThatOverflowsIsBlamedOnNoModel() {
    assertThat(refusal(mergeOf(Dtype.F16, 1e6f, 1e6f)))
        .contains("element 70 of the result is infinite", "the weighted sum overflows F16");
  }

  @Test
  void theElementIsCountedFromTheTensorsBeginning() {
    RawMerge merge = mergeOf(Dtype.F32, 1, Float.NaN);
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> run(merge, merge.pieces(60).get(1), 64))
        .withMessageContaining("element 70 of the result");
  }

  @Test
  void whereThePlanAllowsThemNansAndInfinitiesAreCounted() throws IOException {
    byte[] odd = floats(1, Float.NaN, Float.POSITIVE_INFINITY, Float.NaN, Float.NEGATIVE_INFINITY);
    byte[] even = floats(1, 2, 3, 4, Float.POSITIVE_INFINITY);
    RawMerge merge =
        RawMerge.of(directory, List.of(odd, even), List.of(Dtype.F32, Dtype.F32), Dtype.BF16)
            .tolerant();
    Receipt receipt = run(merge, merge.task(), 64);
    assertThat(receipt.outputs().getFirst().nan())
        .as("infinities of both signs make one")
        .isEqualTo(3);
    assertThat(receipt.outputs().getFirst().infinity()).isEqualTo(1);
    assertThat(merge.writtenShard()).isEqualTo(merge.expectedShard());
  }

  private RawMerge copyOf(byte[]... sources) {
    return RawMerge.of(
        directory,
        List.of(sources),
        IntStream.range(0, sources.length).mapToObj(_ -> Dtype.I64).toList(),
        Dtype.I64);
  }

  @Test
  void bytesThatAllInputsAgreeInAreCopied() throws IOException {
    byte[] bytes = new byte[200];
    new Random(1).nextBytes(bytes);
    RawMerge merge = copyOf(bytes, bytes.clone(), bytes.clone());
    for (TensorTask task : merge.pieces(90)) {
      Receipt receipt = run(merge, task, 64);
      assertThat(receipt.outputs().getFirst().crc()).isEqualTo(merge.expectedCrc(task));
      assertThat(receipt.sourceCrcs()).hasSize(3).containsOnly(merge.expectedCrc(task));
    }
    assertThat(merge.writtenShard()).isEqualTo(merge.expectedShard());
  }

  @Test
  void bytesThatDifferAreNamedWithTheirPlaceAndModels() {
    byte[] other = new byte[200];
    other[150] = 1;
    RawMerge merge = copyOf(new byte[200], new byte[200], other);
    assertThat(refusal(merge))
        .contains("some.tensor: I64 tensors are copied", "byte 150 differs")
        .contains("between model-0 and model-2");
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> run(merge, merge.pieces(80).get(1), 64))
        .withMessageContaining("byte 150 differs");
  }

  @Test
  void anAbandonedTaskStopsBeforeItsNextChunk() throws IOException {
    RawMerge merge = RawMerge.random(directory, 320, Dtype.BF16, Dtype.BF16);
    AtomicInteger asked = new AtomicInteger();
    assertThat(run(merge, merge.task(), 64, Kernels.scalar(), () -> asked.incrementAndGet() > 3))
        .isNull();
    byte[] written = merge.writtenShard();
    int begun = (int) merge.task().offset() + 3 * 64;
    assertThat(written).startsWith(Arrays.copyOf(merge.expectedShard(), begun));
    for (int at = begun; at < merge.task().offset() + merge.task().length(); at++) {
      assertThat(written[at]).isZero();
    }
  }
}
