package dev.stockpot.plan;

import java.math.BigInteger;
import java.util.List;

/**
 * Weights as integers over one denominator: weight k is exactly {@code numerators[k] /
 * denominator}, and the integers have no common divisor.
 *
 * @param numerators in the order of the weights; each at most 2^53 in magnitude
 * @param denominator positive, at most 2^53
 */
public record CommonDenominator(List<Long> numerators, long denominator) {
  /** Up to here float64 holds every integer. */
  private static final BigInteger LIMIT = BigInteger.ONE.shiftLeft(53);

  /**
   * A denominator on the way may be wider than {@link #LIMIT}, since normalizing can shrink it
   * again, but not without bound: many coprime denominators multiply up.
   */
  private static final int MAX_BITS = 1024;

  public CommonDenominator {
    numerators = List.copyOf(numerators);
  }

  /**
   * The weights as they are.
   *
   * @throws ArithmeticException if the integers would pass 2^53
   */
  public static CommonDenominator of(List<Fraction> weights) {
    BigInteger denominator = leastCommonDenominator(weights);
    return reduced(scaled(weights, denominator), denominator);
  }

  /**
   * The weights divided by their sum, so that they sum to 1.
   *
   * @throws ArithmeticException if the sum is 0, or if the integers would pass 2^53
   */
  public static CommonDenominator normalized(List<Fraction> weights) {
    List<BigInteger> numerators = scaled(weights, leastCommonDenominator(weights));
    BigInteger sum = numerators.stream().reduce(BigInteger.ZERO, BigInteger::add);
    return switch (sum.signum()) {
      case 0 ->
          throw new ArithmeticException(
              "the weights sum to 0 and cannot be normalized; change one of them");
      case 1 -> reduced(numerators, sum);
      default -> reduced(numerators.stream().map(BigInteger::negate).toList(), sum.negate());
    };
  }

  /** What the weights sum to, exactly. */
  public Fraction sum() {
    BigInteger sum = BigInteger.ZERO;
    for (long numerator : numerators) {
      sum = sum.add(BigInteger.valueOf(numerator));
    }
    return new Fraction(sum, BigInteger.valueOf(denominator));
  }

  private static BigInteger leastCommonDenominator(List<Fraction> weights) {
    BigInteger common = BigInteger.ONE;
    for (Fraction weight : weights) {
      BigInteger other = weight.denominator();
      common = common.divide(common.gcd(other)).multiply(other);
      if (common.bitLength() > MAX_BITS) {
        throw tooWide();
      }
    }
    return common;
  }

  private static List<BigInteger> scaled(List<Fraction> weights, BigInteger denominator) {
    return weights.stream()
        .map(w -> w.numerator().multiply(denominator.divide(w.denominator())))
        .toList();
  }

  private static CommonDenominator reduced(List<BigInteger> numerators, BigInteger denominator) {
    BigInteger divisor = numerators.stream().reduce(denominator, BigInteger::gcd);
    return new CommonDenominator(
        numerators.stream().map(n -> withinLimit(n.divide(divisor))).toList(),
        withinLimit(denominator.divide(divisor)));
  }

  private static long withinLimit(BigInteger value) {
    if (value.abs().compareTo(LIMIT) > 0) {
      throw tooWide();
    }
    return value.longValueExact();
  }

  private static ArithmeticException tooWide() {
    return new ArithmeticException(
        "over their common denominator the weights need integers above 2^53; write them with fewer"
            + " digits, or as fractions like 1/3");
  }
}
