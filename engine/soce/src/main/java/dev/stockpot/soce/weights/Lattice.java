package dev.stockpot.soce.weights;

import dev.stockpot.soce.SoceException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.stream.IntStream;

/** The points {@code best + k · step}, in integers over a denominator that suits both. */
final class Lattice {
  private final Weights best;
  private final int denominator;
  private final int times;
  private final int step;
  private final int least;
  private final int most;

  Lattice(Weights best, BigDecimal min, BigDecimal max, BigDecimal step) {
    if (step.signum() <= 0) {
      throw new IllegalArgumentException("a step of " + step);
    }
    this.best = best;
    BigInteger decimals = BigInteger.TEN.pow(Math.max(0, step.stripTrailingZeros().scale()));
    BigInteger ours = BigInteger.valueOf(best.denominator());
    BigInteger common = ours.divide(ours.gcd(decimals)).multiply(decimals);
    if (common.bitLength() > 30) {
      throw new SoceException(
          "a step of %s is too fine for weights of %s; refine with a larger one"
              .formatted(step.toPlainString(), best));
    }
    denominator = common.intValueExact();
    times = denominator / best.denominator();
    BigDecimal units = new BigDecimal(common);
    this.step = units.multiply(step).intValueExact();
    least = units.multiply(min).setScale(0, RoundingMode.CEILING).intValueExact();
    most = units.multiply(max).setScale(0, RoundingMode.FLOOR).intValueExact();
  }

  /** How many of {@code steps} a share can move until it reaches a bound; 0 beyond one. */
  int room(int model, int steps) {
    int share = best.numerators().get(model) * times;
    return steps < 0
        ? -Math.clamp((share - least) / step, 0, -steps)
        : Math.clamp((most - share) / step, 0, steps);
  }

  Weights moved(List<Integer> steps) {
    return new Weights(
        IntStream.range(0, best.models())
            .mapToObj(model -> best.numerators().get(model) * times + steps.get(model) * step)
            .toList(),
        denominator);
  }
}
