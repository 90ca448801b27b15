package dev.stockpot.soce.weights;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The exact shares of some models in a soup: none negative, together 1. In lowest terms, so that
 * equal weights are equal however they were made.
 *
 * @param numerators one for each model, over the common denominator
 */
public record Weights(List<Integer> numerators, int denominator) {

  /**
   * Reduces to lowest terms.
   *
   * @throws IllegalArgumentException if one is negative, or they do not sum to the denominator
   */
  public Weights {
    long sum = 0;
    BigInteger divisor = BigInteger.valueOf(denominator);
    for (int numerator : numerators) {
      if (numerator < 0) {
        throw new IllegalArgumentException(numerator + "/" + denominator + " is negative");
      }
      sum += numerator;
      divisor = divisor.gcd(BigInteger.valueOf(numerator));
    }
    if (denominator < 1 || sum != denominator) {
      throw new IllegalArgumentException(numerators + " do not sum to " + denominator);
    }
    int by = divisor.intValueExact();
    numerators = numerators.stream().map(numerator -> numerator / by).toList();
    denominator /= by;
  }

  /** The same share for each of {@code models}. */
  public static Weights uniform(int models) {
    return new Weights(Collections.nCopies(models, 1), models);
  }

  /** The same share for each of these, none for the others of {@code models}. */
  public static Weights among(Collection<Integer> chosen, int models) {
    Set<Integer> members = Set.copyOf(chosen);
    return new Weights(
        IntStream.range(0, models).mapToObj(model -> members.contains(model) ? 1 : 0).toList(),
        members.size());
  }

  /** All of it from one of {@code models}. */
  public static Weights only(int model, int models) {
    return among(List.of(model), models);
  }

  public int models() {
    return numerators.size();
  }

  /** One model's share, rounded to a double. */
  public double share(int model) {
    return (double) numerators.get(model) / denominator;
  }

  /** One model's share, exactly: {@code 0.7} where the decimal ends, else {@code 1/3}. */
  public String text(int model) {
    BigInteger top = BigInteger.valueOf(numerators.get(model));
    BigInteger bottom = BigInteger.valueOf(denominator);
    try {
      return new BigDecimal(top).divide(new BigDecimal(bottom)).toPlainString();
    } catch (ArithmeticException nonTerminating) {
      BigInteger divisor = top.gcd(bottom);
      return top.divide(divisor) + "/" + bottom.divide(divisor);
    }
  }

  /** {@code 0.5 0.2 0.3}. */
  @Override
  public String toString() {
    return IntStream.range(0, models()).mapToObj(this::text).collect(Collectors.joining(" "));
  }
}
