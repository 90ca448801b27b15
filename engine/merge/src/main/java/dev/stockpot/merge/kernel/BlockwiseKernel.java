package dev.stockpot.merge.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.LinearKernel.Source;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Cuts a range into blocks, brings each block of each source into an array in the first level
 * cache, and has {@link BlockLoops} do the arithmetic there.
 *
 * <p>The copy costs little, since the block has to come into the cache anyway, and it keeps the
 * loops free of what a segment may be: heap or native, mapped or not, aligned or not. Loops that
 * read segments are compiled for the kinds they have met, and slow down when they meet another.
 */
public final class BlockwiseKernel implements LinearKernel {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private final BlockLoops loops;
  private final short[] shorts = new short[BlockLoops.BLOCK];
  private final float[] floats = new float[BlockLoops.BLOCK];
  private final double[] doubles = new double[BlockLoops.BLOCK];
  private final double[] sum = new double[BlockLoops.BLOCK];

  public BlockwiseKernel(BlockLoops loops) {
    this.loops = loops;
  }

  @Override
  public NonFinite combine(
      List<Source> sources,
      IntegerWeights weights,
      MemorySegment out,
      Dtype outDtype,
      long elements) {
    check(sources, weights, out, outDtype, elements);
    double denominator = weights.denominator();
    int together = beginsWithThreeBf16(sources) ? 3 : 0;
    NonFinite nonFinite = NonFinite.NONE;
    for (long from = 0; from < elements; from += BlockLoops.BLOCK) {
      int count = (int) Math.min(BlockLoops.BLOCK, elements - from);
      if (together > 0) {
        loops.firstThreeBf16(sources, weights, from, sum, count);
      }
      for (int k = together; k < sources.size(); k++) {
        double numerator = weights.numerators().get(k);
        accumulate(sources.get(k), numerator, k == 0, from, count);
      }
      if (!divide(denominator, out, outDtype, from, count)) {
        nonFinite = nonFinite.plus(count(outDtype, count));
      }
    }
    return nonFinite;
  }

  private static boolean beginsWithThreeBf16(List<Source> sources) {
    return sources.size() >= 3
        && sources.subList(0, 3).stream().allMatch(source -> source.dtype() == Dtype.BF16);
  }

  private void accumulate(Source source, double n, boolean first, long from, int count) {
    MemorySegment bytes = source.bytes();
    switch (source.dtype()) {
      case BF16 -> {
        MemorySegment.copy(bytes, SHORT, from * Short.BYTES, shorts, 0, count);
        if (first) {
          loops.firstBf16(n, shorts, sum, count);
        } else {
          loops.nextBf16(n, shorts, sum, count);
        }
      }
      case F16 -> {
        MemorySegment.copy(bytes, SHORT, from * Short.BYTES, shorts, 0, count);
        if (first) {
          loops.firstF16(n, shorts, sum, count);
        } else {
          loops.nextF16(n, shorts, sum, count);
        }
      }
      case F32 -> {
        MemorySegment.copy(bytes, FLOAT, from * Float.BYTES, floats, 0, count);
        if (first) {
          loops.firstF32(n, floats, sum, count);
        } else {
          loops.nextF32(n, floats, sum, count);
        }
      }
      case F64 -> {
        MemorySegment.copy(bytes, DOUBLE, from * Double.BYTES, doubles, 0, count);
        if (first) {
          loops.firstF64(n, doubles, sum, count);
        } else {
          loops.nextF64(n, doubles, sum, count);
        }
      }
      default -> throw notMergeable(source.dtype());
    }
  }

  /** Writes the block to {@code out}, leaves it in the array of its dtype too. */
  private boolean divide(double d, MemorySegment out, Dtype dtype, long from, int count) {
    boolean finite;
    switch (dtype) {
      case BF16 -> {
        finite = loops.divideToBf16(sum, d, shorts, count);
        MemorySegment.copy(shorts, 0, out, SHORT, from * Short.BYTES, count);
      }
      case F16 -> {
        finite = loops.divideToF16(sum, d, shorts, count);
        MemorySegment.copy(shorts, 0, out, SHORT, from * Short.BYTES, count);
      }
      case F32 -> {
        finite = loops.divideToF32(sum, d, floats, count);
        MemorySegment.copy(floats, 0, out, FLOAT, from * Float.BYTES, count);
      }
      case F64 -> {
        finite = loops.divideToF64(sum, d, doubles, count);
        MemorySegment.copy(doubles, 0, out, DOUBLE, from * Double.BYTES, count);
      }
      default -> throw notMergeable(dtype);
    }
    return finite;
  }

  /** Counts in the block that {@link #divide} left behind. */
  private NonFinite count(Dtype dtype, int count) {
    long nan = 0;
    long infinity = 0;
    for (int i = 0; i < count; i++) {
      double value =
          switch (dtype) {
            case BF16 -> Rounding.bf16ToFloat(shorts[i]);
            case F16 -> Float.float16ToFloat(shorts[i]);
            case F32 -> floats[i];
            case F64 -> doubles[i];
            default -> throw notMergeable(dtype);
          };
      if (Double.isNaN(value)) {
        nan++;
      } else if (Double.isInfinite(value)) {
        infinity++;
      }
    }
    return new NonFinite(nan, infinity);
  }

  static void check(
      List<Source> sources,
      IntegerWeights weights,
      MemorySegment out,
      Dtype outDtype,
      long elements) {
    if (sources.size() != weights.numerators().size()) {
      throw new IllegalArgumentException(
          sources.size() + " sources for " + weights.numerators().size() + " weights");
    }
    for (int k = 0; k < sources.size(); k++) {
      checkSize("source " + k, sources.get(k).bytes(), sources.get(k).dtype(), elements);
    }
    checkSize("the output", out, outDtype, elements);
    if (out.isReadOnly()) {
      throw new IllegalArgumentException("the output's segment is read-only");
    }
  }

  private static void checkSize(String what, MemorySegment bytes, Dtype dtype, long elements) {
    if (!dtype.mergeable()) {
      throw notMergeable(dtype);
    }
    if (elements < 0 || bytes.byteSize() != Math.multiplyExact(elements, (long) dtype.bytes())) {
      throw new IllegalArgumentException(
          what + " has " + bytes.byteSize() + " bytes for " + elements + " elements of " + dtype);
    }
  }

  static IllegalArgumentException notMergeable(Dtype dtype) {
    return new IllegalArgumentException(
        dtype + " takes no part in arithmetic; only BF16, F16, F32 and F64 do");
  }
}
