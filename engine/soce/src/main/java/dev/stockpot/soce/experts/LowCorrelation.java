package dev.stockpot.soce.experts;

import dev.stockpot.plan.CorrelationRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The paper's set L: the categories that correlate with some other by strictly less than the
 * threshold.
 *
 * @param categories in the table's order
 * @param pairs what puts them there, in the matrix' order
 */
public record LowCorrelation(
    CorrelationRule rule, double threshold, List<String> categories, List<Pair> pairs) {

  /** Two categories that correlate by less than the threshold. */
  public record Pair(String first, String second, double correlation) {}

  public LowCorrelation {
    categories = List.copyOf(categories);
    pairs = List.copyOf(pairs);
  }

  /** Pairs without a coefficient put nothing into the set. */
  public static LowCorrelation of(
      CorrelationMatrix matrix, CorrelationRule rule, double threshold) {
    List<String> names = matrix.categories();
    List<Pair> pairs = new ArrayList<>();
    Set<Integer> members = new TreeSet<>();
    for (int i = 0; i < names.size(); i++) {
      for (int j = i + 1; j < names.size(); j++) {
        double correlation = matrix.of(i, j).orElse(Double.POSITIVE_INFINITY);
        if (rule.closeness(correlation) < threshold) {
          pairs.add(new Pair(names.get(i), names.get(j), correlation));
          members.add(i);
          members.add(j);
        }
      }
    }
    return new LowCorrelation(rule, threshold, members.stream().map(names::get).toList(), pairs);
  }
}
