package dev.stockpot.merge.kernel;

import java.math.BigInteger;
import java.util.stream.LongStream;

/**
 * The correctly rounded weighted sum of finite 16- or 32-bit elements in integers of 64 bits, and
 * in big ones where those would overflow: no rounding but the last. Fast enough for 10^8 elements.
 *
 * <p>A zero sum is taken as positive, so its caller looks at magnitudes there.
 */
final class FastExactReference {
  private final long[] significands;
  private final int[] exponents;
  private final BinaryFormat in;
  private final BinaryFormat out;
  private final long[] numerators;
  private final long denominator;

  FastExactReference(BinaryFormat in, BinaryFormat out, IntegerWeights weights) {
    this.in = in;
    this.out = out;
    this.numerators = weights.numerators().stream().mapToLong(Long::longValue).toArray();
    this.denominator = weights.denominator();
    if (numerators.length > 8 || LongStream.of(numerators).anyMatch(n -> Math.abs(n) >= 1 << 10)) {
      throw new IllegalArgumentException("more than eight terms or ten bits: sums may overflow");
    }
    this.significands = new long[numerators.length];
    this.exponents = new int[numerators.length];
  }

  /** Sets the k-th input element. */
  void set(int k, long bits) {
    significands[k] = in.significand(bits);
    exponents[k] = in.exponent(bits);
  }

  long combine() {
    int lowest = Integer.MAX_VALUE;
    int highest = Integer.MIN_VALUE;
    for (int k = 0; k < numerators.length; k++) {
      if (significands[k] != 0) {
        lowest = Math.min(lowest, exponents[k]);
        highest = Math.max(highest, exponents[k]);
      }
    }
    if (lowest == Integer.MAX_VALUE) {
      return 0;
    }
    // Eight products of a significand and ten bits, shifted, stay below 2^61.
    if (highest - lowest > 61 - 3 - 10 - (in.fractionBits() + 1)) {
      return inBigIntegers(lowest);
    }
    long sum = 0;
    for (int k = 0; k < numerators.length; k++) {
      if (significands[k] != 0) {
        sum += (numerators[k] * significands[k]) << (exponents[k] - lowest);
      }
    }
    if (sum == 0) {
      return 0;
    }
    long magnitude = Math.abs(sum);
    int length = Long.SIZE - Long.numberOfLeadingZeros(magnitude);
    int divisorLength = Long.SIZE - Long.numberOfLeadingZeros(denominator);
    int digits = out.fractionBits() + 1;
    int last = Math.max(out.smallestExponent(), length - divisorLength - digits + lowest);
    while (true) {
      int shift = lowest - last;
      if (shift > 62 - length || -shift > 62 - divisorLength) {
        return inBigIntegers(lowest);
      }
      long number = shift > 0 ? magnitude << shift : magnitude;
      long divisor = shift < 0 ? denominator << -shift : denominator;
      long quotient = number / divisor;
      if (quotient >>> digits != 0) {
        last++;
        continue;
      }
      long twice = 2 * (number - quotient * divisor);
      if (twice > divisor || (twice == divisor && (quotient & 1) == 1)) {
        quotient++;
      }
      return (sum < 0 ? out.signBit() : 0) | out.pattern(quotient, last);
    }
  }

  private long inBigIntegers(int lowest) {
    BigInteger sum = BigInteger.ZERO;
    for (int k = 0; k < numerators.length; k++) {
      if (significands[k] != 0) {
        sum =
            sum.add(
                BigInteger.valueOf(numerators[k])
                    .multiply(BigInteger.valueOf(significands[k]))
                    .shiftLeft(exponents[k] - lowest));
      }
    }
    if (sum.signum() == 0) {
      return 0;
    }
    long bits = out.nearest(sum.abs(), BigInteger.valueOf(denominator), lowest);
    return (sum.signum() < 0 ? out.signBit() : 0) | bits;
  }
}
