package dev.stockpot.merge.kernel;

import java.math.BigInteger;
import java.util.List;

/**
 * What {@link LinearKernel} promises for one element, in big integers: the sum rounded to float64
 * after each term, the quotient rounded once.
 */
final class ExactReference {
  /** One input element. */
  record Term(BinaryFormat format, long bits) {}

  /** A running float64: NaN, an infinity, a signed zero or a number of units. */
  private record Sum(Kind kind, boolean negative, BigInteger units) {
    enum Kind {
      NAN,
      INFINITE,
      FINITE
    }

    static final Sum NAN = new Sum(Kind.NAN, false, BigInteger.ZERO);
  }

  private ExactReference() {}

  static long combine(List<Term> terms, IntegerWeights weights, BinaryFormat out) {
    int unit = terms.stream().mapToInt(term -> term.format.smallestExponent()).min().orElseThrow();
    Sum sum = rounded(product(weights.numerators().get(0), terms.get(0), unit), unit);
    for (int k = 1; k < terms.size(); k++) {
      Sum product = product(weights.numerators().get(k), terms.get(k), unit);
      sum = rounded(plus(sum, product), unit);
    }
    long sign = sum.negative ? out.signBit() : 0;
    return switch (sum.kind) {
      case NAN -> out.nan();
      case INFINITE -> sign | out.infinity();
      case FINITE ->
          sum.units.signum() == 0
              ? sign
              : sign
                  | out.nearest(sum.units.abs(), BigInteger.valueOf(weights.denominator()), unit);
    };
  }

  private static Sum product(long numerator, Term term, int unit) {
    BinaryFormat format = term.format;
    boolean negative = format.isNegative(term.bits) ^ numerator < 0;
    if (format.isNaN(term.bits) || (format.isInfinite(term.bits) && numerator == 0)) {
      return Sum.NAN;
    }
    if (format.isInfinite(term.bits)) {
      return new Sum(Sum.Kind.INFINITE, negative, BigInteger.ZERO);
    }
    BigInteger units =
        BigInteger.valueOf(format.significand(term.bits))
            .multiply(BigInteger.valueOf(numerator))
            .shiftLeft(format.exponent(term.bits) - unit);
    return new Sum(Sum.Kind.FINITE, negative, units);
  }

  private static Sum plus(Sum a, Sum b) {
    boolean bothInfinite = a.kind == Sum.Kind.INFINITE && b.kind == Sum.Kind.INFINITE;
    if (a.kind == Sum.Kind.NAN
        || b.kind == Sum.Kind.NAN
        || (bothInfinite && a.negative != b.negative)) {
      return Sum.NAN;
    }
    if (a.kind == Sum.Kind.INFINITE || b.kind == Sum.Kind.INFINITE) {
      return a.kind == Sum.Kind.INFINITE ? a : b;
    }
    BigInteger units = a.units.add(b.units);
    boolean negative = units.signum() < 0 || (units.signum() == 0 && a.negative && b.negative);
    return new Sum(Sum.Kind.FINITE, negative, units);
  }

  private static Sum rounded(Sum sum, int unit) {
    if (sum.kind != Sum.Kind.FINITE || sum.units.signum() == 0) {
      return sum;
    }
    BinaryFormat f64 = BinaryFormat.F64;
    long bits = f64.nearest(sum.units.abs(), BigInteger.ONE, unit);
    if (f64.isInfinite(bits)) {
      return new Sum(Sum.Kind.INFINITE, sum.negative, BigInteger.ZERO);
    }
    BigInteger units =
        BigInteger.valueOf(f64.significand(bits)).shiftLeft(f64.exponent(bits) - unit);
    return new Sum(Sum.Kind.FINITE, sum.negative, sum.negative ? units.negate() : units);
  }
}
