package dev.stockpot.plan;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An exact rational number in lowest terms, with a positive denominator.
 *
 * <p>Weights are fractions because 0.1 as a float64 is not 1/10, and because the merge rounds only
 * once, at its very end.
 */
public record Fraction(BigInteger numerator, BigInteger denominator) {
  public static final Fraction ZERO = of(0, 1);
  public static final Fraction ONE = of(1, 1);

  /** Keeps the integers behind a hostile text such as {@code 1e999999999} small. */
  public static final int MAX_TEXT = 40;

  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?");
  private static final Pattern RATIO = Pattern.compile("([+-]?[0-9]+) ?/ ?([0-9]+)");

  /** Reduces to lowest terms. */
  public Fraction {
    if (denominator.signum() == 0) {
      throw new ArithmeticException("a fraction's denominator is 0");
    }
    BigInteger divisor = numerator.gcd(denominator);
    if (denominator.signum() < 0) {
      divisor = divisor.negate();
    }
    numerator = numerator.divide(divisor);
    denominator = denominator.divide(divisor);
  }

  public static Fraction of(long numerator, long denominator) {
    return new Fraction(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
  }

  /**
   * The number that a text says exactly: a decimal ({@code 0.2}, {@code -1}, {@code 1e-3}) or a
   * ratio of integers ({@code 1/3}). Empty for anything else, for a denominator of 0, and for texts
   * over 40 characters or exponents over 99.
   */
  public static Optional<Fraction> parse(String text) {
    if (text.length() > MAX_TEXT) {
      return Optional.empty();
    }
    Matcher ratio = RATIO.matcher(text);
    if (ratio.matches()) {
      BigInteger below = new BigInteger(ratio.group(2));
      return below.signum() == 0
          ? Optional.empty()
          : Optional.of(new Fraction(new BigInteger(ratio.group(1)), below));
    }
    return DECIMAL.matcher(text).matches()
        ? Optional.of(of(new BigDecimal(text)))
        : Optional.empty();
  }

  private static Fraction of(BigDecimal value) {
    BigInteger unscaled = value.unscaledValue();
    return value.scale() >= 0
        ? new Fraction(unscaled, BigInteger.TEN.pow(value.scale()))
        : new Fraction(unscaled.multiply(BigInteger.TEN.pow(-value.scale())), BigInteger.ONE);
  }

  public Fraction plus(Fraction other) {
    return new Fraction(
        numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
        denominator.multiply(other.denominator));
  }

  public int signum() {
    return numerator.signum();
  }

  /** The exact decimal where it ends, as in {@code 0.9}, else the ratio, as in {@code 11/12}. */
  @Override
  public String toString() {
    try {
      return new BigDecimal(numerator).divide(new BigDecimal(denominator)).toPlainString();
    } catch (ArithmeticException nonTerminating) {
      return numerator + "/" + denominator;
    }
  }
}
