package dev.stockpot.soce.experts;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.Quoted;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the set of low correlation grows with the threshold, so that nobody has to guess one.
 *
 * @param steps ascending; below the first the set is empty, above the last it grows no more
 */
public record Thresholds(CorrelationRule rule, List<Step> steps) {

  /**
   * The set is the same for every threshold above {@code above}, up to and including {@code upTo}.
   *
   * @param upTo infinite for the last
   * @param joining the categories that this step adds
   * @param categories the set, in the matrix' order
   */
  public record Step(double above, double upTo, List<String> joining, List<String> categories) {
    public Step {
      joining = List.copyOf(joining);
      categories = List.copyOf(categories);
    }

    /** A threshold within the step, with as few decimals as it takes. */
    public BigDecimal threshold() {
      for (int decimals = 2; decimals < 17; decimals++) {
        BigDecimal next =
            new BigDecimal(above)
                .setScale(decimals, RoundingMode.FLOOR)
                .add(BigDecimal.ONE.movePointLeft(decimals));
        if (next.doubleValue() > above && next.doubleValue() <= upTo) {
          return next;
        }
      }
      return new BigDecimal(Math.nextUp(above));
    }
  }

  public Thresholds {
    steps = List.copyOf(steps);
  }

  /** A category joins just above the least closeness that it has to any other. */
  public static Thresholds of(CorrelationMatrix matrix, CorrelationRule rule) {
    List<String> names = matrix.categories();
    TreeMap<Double, List<String>> joining = new TreeMap<>();
    List<Double> least = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      double closest = Double.POSITIVE_INFINITY;
      for (int j = 0; j < names.size(); j++) {
        if (i != j) {
          closest =
              Math.min(
                  closest,
                  matrix.of(i, j).stream()
                      .map(rule::closeness)
                      .findFirst()
                      .orElse(Double.POSITIVE_INFINITY));
        }
      }
      least.add(closest);
      if (Double.isFinite(closest)) {
        joining.computeIfAbsent(closest, _ -> new ArrayList<>()).add(names.get(i));
      }
    }
    List<Step> steps = new ArrayList<>();
    for (Map.Entry<Double, List<String>> entry : joining.entrySet()) {
      double above = entry.getKey();
      Double next = joining.higherKey(above);
      List<String> categories = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        if (least.get(i) <= above) {
          categories.add(names.get(i));
        }
      }
      steps.add(
          new Step(
              above, next == null ? Double.POSITIVE_INFINITY : next, entry.getValue(), categories));
    }
    return new Thresholds(rule, steps);
  }

  /** Why the set is empty at this threshold, and which threshold to choose. */
  String noneBelow(double threshold) {
    if (steps.isEmpty()) {
      return "no two categories have a correlation, so that there is nothing to choose by; add"
          + " models, at least three with different scores in two categories";
    }
    Step first = steps.getFirst();
    return "no two categories correlate by less than %s (%s); the least correlated (%s) do by %s: raise the threshold to %s or more"
        .formatted(
            BigDecimal.valueOf(threshold).toPlainString(),
            rule.planName(),
            Quoted.list(first.joining()),
            BigDecimal.valueOf(first.above()).setScale(4, RoundingMode.HALF_EVEN),
            first.threshold().toPlainString());
  }
}
