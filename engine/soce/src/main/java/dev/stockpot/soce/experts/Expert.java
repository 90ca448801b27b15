package dev.stockpot.soce.experts;

import java.util.List;

/**
 * The candidate with the highest score in a category.
 *
 * @param tiedWith candidates with the same score, which are listed later
 * @param unscored candidates without a score in the category, which therefore could not be chosen
 */
public record Expert(
    String category, String model, double score, List<String> tiedWith, List<String> unscored) {
  public Expert {
    tiedWith = List.copyOf(tiedWith);
    unscored = List.copyOf(unscored);
  }
}
