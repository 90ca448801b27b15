package dev.stockpot.merge.kernel;

import dev.stockpot.checkpoint.safetensors.Dtype;
import java.math.BigInteger;

/**
 * An IEEE 754 binary format as its definition has it, in integers: a finite pattern is {@code
 * significand * 2^exponent}. Shares no code with the kernels and uses no floating point.
 */
record BinaryFormat(int exponentBits, int fractionBits) {
  static final BinaryFormat F64 = new BinaryFormat(11, 52);

  static BinaryFormat of(Dtype dtype) {
    return switch (dtype) {
      case BF16 -> new BinaryFormat(8, 7);
      case F16 -> new BinaryFormat(5, 10);
      case F32 -> new BinaryFormat(8, 23);
      case F64 -> F64;
      default -> throw new IllegalArgumentException(dtype + " has no format here");
    };
  }

  /** The exponent of the last place of subnormal numbers. */
  int smallestExponent() {
    return 2 - (1 << (exponentBits - 1)) - fractionBits;
  }

  /** The pattern of positive infinity. */
  long infinity() {
    return ((1L << exponentBits) - 1) << fractionBits;
  }

  /** The canonical NaN. */
  long nan() {
    return infinity() | 1L << (fractionBits - 1);
  }

  long signBit() {
    return 1L << (exponentBits + fractionBits);
  }

  boolean isNegative(long bits) {
    return (bits & signBit()) != 0;
  }

  long magnitude(long bits) {
    return bits & (signBit() - 1);
  }

  boolean isNaN(long bits) {
    return magnitude(bits) > infinity();
  }

  boolean isInfinite(long bits) {
    return magnitude(bits) == infinity();
  }

  boolean isFinite(long bits) {
    return magnitude(bits) < infinity();
  }

  /** Signed. */
  long significand(long bits) {
    long fraction = bits & ((1L << fractionBits) - 1);
    boolean subnormal = magnitude(bits) >>> fractionBits == 0;
    long significand = subnormal ? fraction : fraction | 1L << fractionBits;
    return isNegative(bits) ? -significand : significand;
  }

  int exponent(long bits) {
    long biased = magnitude(bits) >>> fractionBits;
    return smallestExponent() + (int) Math.max(0, biased - 1);
  }

  /**
   * The pattern nearest to {@code number / divisor * 2^exponent}, ties to even; number positive.
   */
  long nearest(BigInteger number, BigInteger divisor, int exponent) {
    int digits = fractionBits + 1;
    int atMost = number.bitLength() - divisor.bitLength() - digits + exponent;
    for (int last = Math.max(smallestExponent(), atMost); ; last++) {
      int shift = exponent - last;
      BigInteger scaledDivisor = divisor.shiftLeft(Math.max(0, -shift));
      BigInteger[] parts = number.shiftLeft(Math.max(0, shift)).divideAndRemainder(scaledDivisor);
      if (parts[0].bitLength() > digits) {
        continue;
      }
      long quotient = parts[0].longValueExact();
      int half = parts[1].shiftLeft(1).compareTo(scaledDivisor);
      if (half > 0 || (half == 0 && (quotient & 1) == 1)) {
        quotient++;
      }
      return pattern(quotient, last);
    }
  }

  /** The pattern of a significand of up to {@code fractionBits + 1} bits, or the power after. */
  long pattern(long significand, int exponent) {
    if (exponent - smallestExponent() >= (1 << exponentBits) - 2) {
      return infinity();
    }
    // A significand with its leading bit adds one to the exponent field, a carry one more.
    long bits = ((long) (exponent - smallestExponent()) << fractionBits) + significand;
    return Math.min(bits, infinity());
  }
}
