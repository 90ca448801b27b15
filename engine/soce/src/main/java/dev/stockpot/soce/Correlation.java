package dev.stockpot.soce;

import java.util.List;
import java.util.OptionalDouble;

/** How the scores of two categories move together across models, or why that cannot be said. */
public sealed interface Correlation {

  /** Pearson's coefficient, where there is one. */
  default OptionalDouble coefficient() {
    return this instanceof Known(double rho, _) ? OptionalDouble.of(rho) : OptionalDouble.empty();
  }

  /**
   * Pearson's coefficient.
   *
   * @param rho from −1 to 1
   * @param models how many have a score in both categories
   */
  record Known(double rho, int models) implements Correlation {}

  /**
   * All models with scores in both have the same score in these categories, one of the two or both.
   */
  record Constant(List<String> categories, int models) implements Correlation {
    public Constant {
      categories = List.copyOf(categories);
    }
  }

  /** Fewer than three models have a score in both; two always correlate perfectly. */
  record TooFewModels(int models) implements Correlation {}
}
