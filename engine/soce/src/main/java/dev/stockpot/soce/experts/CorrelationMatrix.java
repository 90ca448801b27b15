package dev.stockpot.soce.experts;

import java.util.List;
import java.util.OptionalDouble;

/** The correlation of each category with each; symmetric. */
public final class CorrelationMatrix {
  private final List<String> categories;

  /** Row i holds the cells (i, 0) to (i, i). */
  private final List<List<Correlation>> lower;

  CorrelationMatrix(List<String> categories, List<List<Correlation>> lower) {
    this.categories = List.copyOf(categories);
    this.lower = lower.stream().map(List::copyOf).toList();
  }

  /** Rows and columns, in the table's order. */
  public List<String> categories() {
    return categories;
  }

  /** The coefficient of two categories, by their places; empty where {@link #cell} says why. */
  public OptionalDouble of(int i, int j) {
    return cell(i, j).coefficient();
  }

  /** The coefficient of two categories, or why there is none. */
  public Correlation cell(int i, int j) {
    return lower.get(Math.max(i, j)).get(Math.min(i, j));
  }
}
