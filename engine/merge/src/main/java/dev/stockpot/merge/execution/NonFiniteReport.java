package dev.stockpot.merge.execution;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.LinearKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/** Says where the first NaN or infinity of a soup's chunk is, and which model brought it. */
final class NonFiniteReport {

  private NonFiniteReport() {}

  static String describe(
      MergeSpec spec,
      TensorTask task,
      int soup,
      long done,
      long elements,
      List<LinearKernel.Source> sources,
      MemorySegment merged) {
    SoupSpec recipe = spec.soups().get(soup);
    long at = 0;
    while (at < elements && isFinite(merged, task.dtype(), at)) {
      at++;
    }
    String origin = "the weighted sum overflows " + task.dtype();
    for (int k = 0; k < sources.size(); k++) {
      LinearKernel.Source source = sources.get(k);
      if (!isFinite(source.bytes(), source.dtype(), at)) {
        origin =
            "it comes from "
                + Printable.line(
                    spec.models().get(task.sources().get(recipe.sources().get(k)).model()));
        break;
      }
    }
    String which =
        recipe.directory().isEmpty()
            ? "the result"
            : "soup " + Printable.quoted(recipe.directory());
    return "%s: element %d of %s is %s; %s. Leave that model out, or set 'non_finite: warn' to keep such values"
        .formatted(
            task.tensor(),
            task.firstElement() + done + at,
            which,
            isNan(merged, task.dtype(), at) ? "NaN" : "infinite",
            origin);
  }

  private static boolean isFinite(MemorySegment bytes, Dtype dtype, long index) {
    return magnitude(bytes, dtype, index) < infinity(dtype);
  }

  private static boolean isNan(MemorySegment bytes, Dtype dtype, long index) {
    return magnitude(bytes, dtype, index) > infinity(dtype);
  }

  /** The element's bits without its sign: for IEEE formats they order as the magnitudes do. */
  private static long magnitude(MemorySegment bytes, Dtype dtype, long index) {
    return switch (dtype.bytes()) {
      case Short.BYTES -> bytes.get(SHORT, index * Short.BYTES) & 0x7fffL;
      case Integer.BYTES -> bytes.get(INT, index * Integer.BYTES) & 0x7fff_ffffL;
      default -> bytes.get(LONG, index * Long.BYTES) & Long.MAX_VALUE;
    };
  }

  private static long infinity(Dtype dtype) {
    return switch (dtype) {
      case BF16 -> 0x7f80L;
      case F16 -> 0x7c00L;
      case F32 -> 0x7f80_0000L;
      default -> 0x7ff0_0000_0000_0000L;
    };
  }

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
}
