package dev.stockpot.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The references themselves, held to {@link BigDecimal} and to what the JDK converts. */
class ExactReferenceTest {
  private static final MathContext ENOUGH = new MathContext(400);

  @Test
  void everyFinite16BitPatternIsReadAsItsValue() {
    for (Dtype dtype : Patterns.SIXTEEN_BITS) {
      BinaryFormat format = BinaryFormat.of(dtype);
      for (int bits = 0; bits < 1 << 16; bits++) {
        if (format.isFinite(bits)) {
          float value =
              dtype == Dtype.BF16
                  ? Float.intBitsToFloat(bits << 16)
                  : Float.float16ToFloat((short) bits);
          assertThat(decimal(format, bits)).isEqualByComparingTo(new BigDecimal(value));
        }
      }
    }
  }

  @Test
  void bothReferencesChooseTheNearestPatternByDecimalDistance() {
    SplittableRandom random = new SplittableRandom(7);
    List<IntegerWeights> weightings =
        List.of(
            IntegerWeights.over(10, 2, 7, 1),
            IntegerWeights.over(3, 1, -2, 1),
            IntegerWeights.over(100, 33, 33, 34),
            IntegerWeights.over(1, 1, 1, 1));
    for (int round = 0; round < 60_000; round++) {
      Dtype inDtype = Patterns.DTYPES.get(random.nextInt(3));
      BinaryFormat in = BinaryFormat.of(inDtype);
      BinaryFormat out = BinaryFormat.of(Patterns.DTYPES.get(random.nextInt(3)));
      IntegerWeights weights = weightings.get(random.nextInt(weightings.size()));
      FastExactReference fast = new FastExactReference(in, out, weights);
      List<ExactReference.Term> terms = new ArrayList<>();
      BigDecimal sum = BigDecimal.ZERO;
      int lowest = Integer.MAX_VALUE;
      int highest = Integer.MIN_VALUE;
      for (int k = 0; k < 3; k++) {
        long bits = Patterns.awkward(inDtype, random);
        bits = in.isFinite(bits) ? bits : 1;
        terms.add(new ExactReference.Term(in, bits));
        fast.set(k, bits);
        if (in.magnitude(bits) != 0) {
          lowest = Math.min(lowest, in.exponent(bits));
          highest = Math.max(highest, in.exponent(bits));
        }
        BigDecimal numerator = BigDecimal.valueOf(weights.numerators().get(k));
        sum = sum.add(decimal(in, bits).multiply(numerator));
      }
      BigDecimal exact = sum.divide(BigDecimal.valueOf(weights.denominator()), ENOUGH);
      assertNearest(out, fast.combine(), exact);
      boolean exactInFloat64 = highest - lowest + in.fractionBits() + 10 <= 53;
      if (exactInFloat64) {
        assertThat(out.magnitude(ExactReference.combine(terms, weights, out)))
            .isEqualTo(out.magnitude(fast.combine()));
      }
    }
  }

  /** No neighbour is nearer, and none is as near and even. */
  private static void assertNearest(BinaryFormat format, long bits, BigDecimal exact) {
    if (exact.signum() != 0 && format.magnitude(bits) != 0) {
      assertThat(format.isNegative(bits)).isEqualTo(exact.signum() < 0);
    }
    long magnitude = format.magnitude(bits);
    BigDecimal distance = decimal(format, magnitude).subtract(exact.abs()).abs();
    for (long neighbour = Math.max(0, magnitude - 1);
        neighbour <= Math.min(format.infinity(), magnitude + 1);
        neighbour++) {
      if (neighbour != magnitude) {
        BigDecimal other = decimal(format, neighbour).subtract(exact.abs()).abs();
        int compared = distance.compareTo(other);
        assertThat(compared < 0 || (compared == 0 && (magnitude & 1) == 0))
            .as("%s as %x of %s", exact, bits, format)
            .isTrue();
      }
    }
  }

  /** Infinity counts as the power of two after the largest number. */
  private static BigDecimal decimal(BinaryFormat format, long bits) {
    BigDecimal significand = BigDecimal.valueOf(format.significand(bits));
    int exponent = format.exponent(bits);
    BigDecimal power = BigDecimal.TWO.pow(Math.abs(exponent));
    return exponent < 0 ? significand.divide(power) : significand.multiply(power);
  }
}
