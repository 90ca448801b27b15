package dev.stockpot.merge.kernel;

import java.util.List;
import java.util.stream.LongStream;

/**
 * Exact weights: integers over one common denominator, {@code w[k] = numerators[k] / denominator},
 * brought to lowest terms, so that equal weights are equal records and give equal bits however they
 * were written.
 *
 * @param numerators one or more, each at most 2^53 in magnitude once reduced; zero and negative
 *     ones are allowed
 * @param denominator from 1 to 2^53 once reduced
 */
public record IntegerWeights(List<Long> numerators, long denominator) {
  private static final long LARGEST = 1L << 53;

  /**
   * Reduces and checks.
   *
   * @throws IllegalArgumentException if a number is out of its range; 2^53 is where a double stops
   *     holding every integer
   */
  public IntegerWeights {
    if (numerators.isEmpty()) {
      throw new IllegalArgumentException("no weights: a sum needs at least one");
    }
    if (denominator <= 0) {
      throw new IllegalArgumentException(
          "the weights' common denominator is " + denominator + "; it must be positive");
    }
    long divisor = denominator;
    for (long numerator : numerators) {
      divisor = greatestCommonDivisor(divisor, numerator);
    }
    long common = divisor;
    numerators = numerators.stream().map(numerator -> numerator / common).toList();
    denominator /= common;
    if (denominator > LARGEST) {
      throw new IllegalArgumentException(
          "the weights' common denominator is "
              + denominator
              + ", over 2^53; give the weights with fewer digits");
    }
    for (int k = 0; k < numerators.size(); k++) {
      long numerator = numerators.get(k);
      if (numerator > LARGEST || numerator < -LARGEST) {
        throw new IllegalArgumentException(
            "weight "
                + k
                + " is "
                + numerator
                + "/"
                + denominator
                + ", and its numerator is over 2^53; give the weights with fewer digits");
      }
    }
  }

  /** {@code numerators[k] / denominator}, as in {@code over(10, 2, 7, 1)}. */
  public static IntegerWeights over(long denominator, long... numerators) {
    return new IntegerWeights(LongStream.of(numerators).boxed().toList(), denominator);
  }

  /** Euclid's, for a positive first number. */
  private static long greatestCommonDivisor(long positive, long any) {
    long a = positive;
    long b = any % positive;
    while (b != 0) {
      long rest = a % b;
      a = b;
      b = rest;
    }
    return Math.abs(a);
  }
}
