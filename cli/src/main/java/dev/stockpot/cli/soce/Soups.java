package dev.stockpot.cli.soce;

import dev.stockpot.soce.weights.WeightGrid;

/** How many soups a search with the usual weights tries. */
final class Soups {
  private Soups() {}

  /** 0 if the usual weights do not serve so many experts. */
  static long of(int experts) {
    return WeightGrid.PAPER.gridPoints(experts).signum() == 0 ? 0 : WeightGrid.PAPER.count(experts);
  }

  static String text(int experts) {
    return experts == 1 ? "-" : of(experts) == 0 ? "too many" : String.valueOf(of(experts));
  }
}
