package dev.stockpot.merge.kernel.vector;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.SUB;
import static jdk.incubator.vector.VectorOperators.XOR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.Rounding;
import dev.stockpot.merge.kernel.ScalarLoops;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops with the Vector API, for those that the compiler does not turn into vector code by
 * itself; the rest are inherited.
 *
 * <p>Each loop is small and does one thing, with its results in scratch that stays in the first
 * level cache: such loops are compiled early and well; one loop over all of it was measured and is
 * slower. The step from float32 to 16 bits has a loop of its own because it can take twice as many
 * lanes.
 *
 * <p>NaN and infinity are not looked at on the way. A block that may hold one, or overflows, is
 * rounded again by the scalar loop.
 */
public final class VectorLoops extends ScalarLoops {
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = DOUBLES.length();
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

  /** As many lanes as {@link #DOUBLES}. */
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(LANES * Float.SIZE));

  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, VectorShape.forBitSize(LANES * Integer.SIZE));
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));

  /** Twice as many. */
  private static final VectorSpecies<Integer> WIDE_INTS = IntVector.SPECIES_PREFERRED;

  private static final VectorSpecies<Float> WIDE_FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int WIDE_LANES = WIDE_INTS.length();
  private static final VectorSpecies<Short> WIDE_SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(WIDE_LANES * Short.SIZE));

  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final int INFINITY = 0x7f80_0000;

  /** Where a float32 begins to round to infinity in bf16: halfway past the largest. */
  private static final int BF16_OVERFLOW = 0x7f7f_8000;

  /** And in f16: 65520. */
  private static final int F16_OVERFLOW = 0x477f_f000;

  private final float[] floats = new float[BLOCK];
  private final float[] odd = new float[BLOCK];

  @Override
  public void firstBf16(double n, short[] x, double[] sum, int count) {
    int i = 0;
    for (; i < DOUBLES.loopBound(count); i += LANES) {
      bf16(x, i).mul(n).intoArray(sum, i);
    }
    for (; i < count; i++) {
      sum[i] = n * Rounding.bf16ToFloat(x[i]);
    }
  }

  @Override
  public void nextBf16(double n, short[] x, double[] sum, int count) {
    DoubleVector numerator = DoubleVector.broadcast(DOUBLES, n);
    int i = 0;
    for (; i < DOUBLES.loopBound(count); i += LANES) {
      bf16(x, i).fma(numerator, DoubleVector.fromArray(DOUBLES, sum, i)).intoArray(sum, i);
    }
    for (; i < count; i++) {
      sum[i] = Math.fma(n, (double) Rounding.bf16ToFloat(x[i]), sum[i]);
    }
  }

  @Override
  public void firstThreeBf16(
      List<LinearKernel.Source> sources,
      IntegerWeights weights,
      long from,
      double[] sum,
      int count) {
    int whole = DOUBLES.loopBound(count);
    firstThreeBf16(
        sources.get(0).bytes(),
        sources.get(1).bytes(),
        sources.get(2).bytes(),
        weights.numerators().get(0),
        weights.numerators().get(1),
        weights.numerators().get(2),
        from * Short.BYTES,
        sum,
        whole);
    if (whole < count) {
      firstThreeBf16(sources, weights, from, sum, whole, count);
    }
  }

  /** Apart from the lists, which the compiler need not see through: from byte {@code at} on. */
  private static void firstThreeBf16(
      MemorySegment x,
      MemorySegment y,
      MemorySegment z,
      double first,
      double second,
      double third,
      long at,
      double[] sum,
      int count) {
    DoubleVector secondNumerator = DoubleVector.broadcast(DOUBLES, second);
    DoubleVector thirdNumerator = DoubleVector.broadcast(DOUBLES, third);
    for (int i = 0; i < count; i += LANES) {
      long offset = at + (long) i * Short.BYTES;
      DoubleVector partial = bf16(y, offset).fma(secondNumerator, bf16(x, offset).mul(first));
      bf16(z, offset).fma(thirdNumerator, partial).intoArray(sum, i);
    }
  }

  private static DoubleVector bf16(short[] x, int i) {
    return bf16(ShortVector.fromArray(SHORTS, x, i));
  }

  private static DoubleVector bf16(MemorySegment x, long offset) {
    return bf16(ShortVector.fromMemorySegment(SHORTS, x, offset, LITTLE_ENDIAN));
  }

  private static DoubleVector bf16(ShortVector x) {
    return (DoubleVector)
        ((IntVector) x.convertShape(ZERO_EXTEND_S2I, INTS, 0))
            .lanewise(LSHL, 16)
            .reinterpretAsFloats()
            .convertShape(F2D, DOUBLES, 0);
  }

  @Override
  public void firstF16(double n, short[] x, double[] sum, int count) {
    widen(x, floats, count);
    firstF32(n, floats, sum, count);
  }

  @Override
  public void nextF16(double n, short[] x, double[] sum, int count) {
    widen(x, floats, count);
    nextF32(n, floats, sum, count);
  }

  private static void widen(short[] x, float[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = Float.float16ToFloat(x[i]);
    }
  }

  @Override
  public boolean divideToBf16(double[] sum, double d, short[] out, int count) {
    quotientsForBf16(sum, d, odd, count);
    return roundToBf16(odd, out, count) < BF16_OVERFLOW || super.divideToBf16(sum, d, out, count);
  }

  @Override
  public boolean divideToF16(double[] sum, double d, short[] out, int count) {
    quotientsToOdd(sum, d, odd, count);
    if (largestMagnitude(odd, count) >= F16_OVERFLOW) {
      return super.divideToF16(sum, d, out, count);
    }
    roundToF16(odd, out, count);
    return true;
  }

  /**
   * For each a float32 that rounds to the same bf16 as the quotient. The nearest one does, unless
   * it lies halfway between two bf16 and is not the quotient itself: it is on the quotient's side
   * of any other such point. That is so rare that it is left to plain code; ties are common, and a
   * branch for them alone was measured to cost more than it saves, for none can be foreseen.
   */
  private static void quotientsForBf16(double[] sum, double d, float[] nearest, int count) {
    double reciprocal = 1 / d;
    DoubleVector minusD = DoubleVector.broadcast(DOUBLES, -d);
    int i = 0;
    for (; i < DOUBLES.loopBound(count); i += LANES) {
      DoubleVector s = DoubleVector.fromArray(DOUBLES, sum, i);
      FloatVector quotient = (FloatVector) s.mul(reciprocal).convertShape(D2F, FLOATS, 0);
      quotient.intoArray(nearest, i);
      long halfway =
          quotient.reinterpretAsInts().lanewise(LSHL, 16).compare(EQ, Integer.MIN_VALUE).toLong();
      DoubleVector rest = ((DoubleVector) quotient.convertShape(F2D, DOUBLES, 0)).fma(minusD, s);
      if ((rest.compare(NE, 0.0).toLong() & halfway) != 0) {
        quotientsToOdd(sum, d, nearest, i, i + LANES);
      }
    }
    quotientsToOdd(sum, d, nearest, i, count);
  }

  private static void quotientsToOdd(double[] sum, double d, float[] odd, int begin, int end) {
    double reciprocal = 1 / d;
    for (int i = begin; i < end; i++) {
      odd[i] = Rounding.quotientToOddFloat(sum[i], d, reciprocal);
    }
  }

  /** {@link Rounding#quotientToOddFloat} for each; some NaN for NaN and infinity. */
  private static void quotientsToOdd(double[] sum, double d, float[] odd, int count) {
    double reciprocal = 1 / d;
    DoubleVector minusD = DoubleVector.broadcast(DOUBLES, -d);
    int i = 0;
    for (; i < DOUBLES.loopBound(count); i += LANES) {
      DoubleVector s = DoubleVector.fromArray(DOUBLES, sum, i);
      FloatVector nearest = (FloatVector) s.mul(reciprocal).convertShape(D2F, FLOATS, 0);
      DoubleVector rest = ((DoubleVector) nearest.convertShape(F2D, DOUBLES, 0)).fma(minusD, s);
      VectorMask<Integer> inexact = rest.compare(NE, 0.0).cast(INTS);
      nearest
          .reinterpretAsInts()
          .lanewise(SUB, 1, towardZero(rest, s).cast(INTS))
          .lanewise(OR, 1, inexact)
          .reinterpretAsFloats()
          .intoArray(odd, i);
    }
    quotientsToOdd(sum, d, odd, i, count);
  }

  /** Where the rest and the sum have different signs, so that the quotient was rounded up. */
  private static VectorMask<Double> towardZero(DoubleVector rest, DoubleVector sum) {
    LongVector sign = sum.reinterpretAsLongs().and(Long.MIN_VALUE);
    return rest.reinterpretAsLongs().lanewise(XOR, sign).reinterpretAsDoubles().compare(LT, 0.0);
  }

  /** Answers with the largest magnitude of the float32, as bits. */
  private static int roundToBf16(float[] odd, short[] out, int count) {
    IntVector largest = IntVector.zero(WIDE_INTS);
    int i = 0;
    for (; i < WIDE_FLOATS.loopBound(count); i += WIDE_LANES) {
      IntVector bits = FloatVector.fromArray(WIDE_FLOATS, odd, i).reinterpretAsInts();
      largest = largest.max(bits.and(MAGNITUDE));
      IntVector lastKept = bits.lanewise(LSHR, 16).and(1);
      ((ShortVector)
              bits.add(0x7fff).add(lastKept).lanewise(LSHR, 16).convertShape(I2S, WIDE_SHORTS, 0))
          .intoArray(out, i);
    }
    int magnitude = largest.reduceLanes(MAX);
    for (; i < count; i++) {
      magnitude = Math.max(magnitude, Float.floatToRawIntBits(odd[i]) & MAGNITUDE);
      out[i] = Rounding.oddToBf16(odd[i]);
    }
    return magnitude;
  }

  private static void roundToF16(float[] odd, short[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = Float.floatToFloat16(odd[i]);
    }
  }

  /** The largest magnitude, as float32 bits. */
  private static int largestMagnitude(float[] values, int count) {
    IntVector largest = IntVector.zero(WIDE_INTS);
    int i = 0;
    for (; i < WIDE_FLOATS.loopBound(count); i += WIDE_LANES) {
      IntVector bits = FloatVector.fromArray(WIDE_FLOATS, values, i).reinterpretAsInts();
      largest = largest.max(bits.and(MAGNITUDE));
    }
    int magnitude = largest.reduceLanes(MAX);
    for (; i < count; i++) {
      magnitude = Math.max(magnitude, Float.floatToRawIntBits(values[i]) & MAGNITUDE);
    }
    return magnitude;
  }

  @Override
  public boolean divideToF32(double[] sum, double d, float[] out, int count) {
    roundToF32(sum, d, out, count);
    return largestMagnitude(out, count) < INFINITY || super.divideToF32(sum, d, out, count);
  }

  private static void roundToF32(double[] sum, double d, float[] out, int count) {
    DoubleVector denominator = DoubleVector.broadcast(DOUBLES, d);
    int i = 0;
    for (; i < DOUBLES.loopBound(count); i += LANES) {
      DoubleVector s = DoubleVector.fromArray(DOUBLES, sum, i);
      DoubleVector nearest = s.div(denominator);
      DoubleVector rest = nearest.neg().fma(denominator, s);
      VectorMask<Long> inexact = rest.compare(NE, 0.0).cast(LONGS);
      nearest
          .reinterpretAsLongs()
          .lanewise(SUB, 1, towardZero(rest, s).cast(LONGS))
          .lanewise(OR, 1, inexact)
          .reinterpretAsDoubles()
          .convertShape(D2F, FLOATS, 0)
          .reinterpretAsFloats()
          .intoArray(out, i);
    }
    for (; i < count; i++) {
      out[i] = Rounding.quotientToFloat(sum[i], d);
    }
  }
}
