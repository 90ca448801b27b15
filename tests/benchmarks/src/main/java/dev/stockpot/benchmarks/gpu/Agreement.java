package dev.stockpot.benchmarks.gpu;

import dev.stockpot.benchmarks.Directories;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.InputRef;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.worker.execution.DeviceExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The same sums on two executors, compared byte by byte. Sources are bit patterns: every one of 16
 * bits, and random ones of 32 and 64, so NaNs with payloads, infinities, subnormals and overflow
 * are among them; lengths and offsets are awkward.
 */
final class Agreement {

  private static final List<Dtype> DTYPES = List.of(Dtype.BF16, Dtype.F16, Dtype.F32, Dtype.F64);

  /** Tenths, hundredths, thirds, integers with a large spread, negative and zero weights. */
  private static final List<IntegerWeights> WEIGHTS =
      List.of(
          IntegerWeights.over(1, 1),
          IntegerWeights.over(3, 1, 2),
          IntegerWeights.over(10, 2, 7, 1),
          IntegerWeights.over(100, 33, 0, 67),
          IntegerWeights.over(7, 9, -3, 1),
          IntegerWeights.over(36, 1, 2, 3, 4, 5, 6, 7, 8));

  private static final int PATTERNS = 1 << 16;

  /** Neither a multiple of a vector nor of a page. */
  private static final int EXTRA = 7;

  private static final int OFFSET = 13;
  private static final long PIECE = 100_003;

  private final Path directory;
  private final DeviceExecutor one;
  private final DeviceExecutor other;
  private long elements;
  private int cases;

  /**
   * Nothing compared yet.
   *
   * @param directory for scratch files
   */
  Agreement(Path directory, DeviceExecutor one, DeviceExecutor other) {
    this.directory = directory;
    this.one = one;
    this.other = other;
  }

  /**
   * Every dtype and every mix of two, with all weights.
   *
   * @throws IOException at the first difference
   */
  String check() throws IOException, InterruptedException {
    for (IntegerWeights weights : WEIGHTS) {
      int sources = weights.numerators().size();
      for (Dtype first : DTYPES) {
        for (Dtype rest : DTYPES) {
          List<Dtype> dtypes =
              IntStream.range(0, sources).mapToObj(k -> k % 2 == 0 ? first : rest).toList();
          for (Dtype out : first == rest ? DTYPES : List.of(first)) {
            compare(dtypes, weights, out);
          }
        }
      }
    }
    return "%d cases, %,d elements, 0 differ".formatted(cases, elements);
  }

  private void compare(List<Dtype> dtypes, IntegerWeights weights, Dtype out)
      throws IOException, InterruptedException {
    int count = 4 * PATTERNS + EXTRA;
    Map<Integer, InputRef> inputs = new HashMap<>();
    Files.createDirectories(directory);
    for (int k = 0; k < dtypes.size(); k++) {
      Path input = directory.resolve("in" + k);
      Files.write(input, patterns(dtypes.get(k), count, k));
      inputs.put(
          k,
          new InputRef(
              input.toString(),
              Files.size(input),
              Files.getLastModifiedTime(input).toInstant(),
              ""));
    }
    Path mine = merged("one", one, inputs, dtypes, weights, out, count);
    Path theirs = merged("other", other, inputs, dtypes, weights, out, count);
    long difference = Files.mismatch(mine, theirs);
    if (difference >= 0) {
      throw new IOException(
          "%s to %s with %s: element %d differs"
              .formatted(dtypes, out, weights, (difference - OFFSET) / out.bytes()));
    }
    Directories.delete(directory);
    elements += count;
    cases++;
  }

  /** Source 0 counts through the patterns; the others are random. */
  private static byte[] patterns(Dtype dtype, int count, int source) {
    ByteBuffer bytes =
        ByteBuffer.allocate(OFFSET + count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(OFFSET);
    SplittableRandom random = new SplittableRandom(source);
    for (int i = 0; i < count; i++) {
      switch (dtype.bytes()) {
        case Short.BYTES -> bytes.putShort((short) (source == 0 ? i : random.nextInt()));
        case Integer.BYTES -> bytes.putInt(random.nextInt());
        default -> bytes.putLong(random.nextLong());
      }
    }
    return bytes.array();
  }

  private Path merged(
      String name,
      DeviceExecutor executor,
      Map<Integer, InputRef> inputs,
      List<Dtype> dtypes,
      IntegerWeights weights,
      Dtype out,
      int count)
      throws IOException, InterruptedException {
    List<Integer> all = List.copyOf(inputs.keySet());
    Path shard = Files.write(directory.resolve(name), new byte[OFFSET + count * out.bytes()]);
    MergeSpec spec =
        new MergeSpec(
            name,
            all.stream().map(k -> "model-" + k).toList(),
            inputs,
            List.of(new SoupSpec("", all, weights)),
            directory.toString(),
            "",
            Map.of(0, name),
            NonFinitePolicy.WARN,
            false);
    List<TensorTask> tasks = new ArrayList<>();
    for (long first = 0; first < count; first += PIECE) {
      tasks.add(task(tasks.size(), first, Math.min(PIECE, count - first), dtypes, out));
    }
    DirectMerge.run(executor, spec, tasks);
    return shard;
  }

  private static TensorTask task(int id, long first, long elements, List<Dtype> dtypes, Dtype out) {
    List<SourceRange> ranges = new ArrayList<>();
    for (int k = 0; k < dtypes.size(); k++) {
      long width = dtypes.get(k).bytes();
      ranges.add(new SourceRange(k, k, OFFSET + first * width, elements * width, dtypes.get(k)));
    }
    return new TensorTask(
        id,
        "patterns",
        TensorTask.Operation.MERGE,
        first,
        elements,
        ranges,
        out,
        0,
        OFFSET + first * out.bytes(),
        elements * out.bytes());
  }
}
