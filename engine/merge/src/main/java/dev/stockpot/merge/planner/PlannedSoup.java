package dev.stockpot.merge.planner;

import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.plan.CommonDenominator;
import dev.stockpot.plan.MergePlan;
import java.util.ArrayList;
import java.util.List;

/**
 * One soup of a planned merge.
 *
 * @param plan makes this soup alone, with the same bytes
 * @param spec how the tasks make it
 * @param fingerprint SHA-256, in hex, of all that decides its bytes; the same whether it is made
 *     alone or beside others
 */
public record PlannedSoup(MergePlan plan, SoupSpec spec, String fingerprint) {

  /**
   * Plans one soup.
   *
   * @param alone the plan of this soup only
   * @param name of its directory below the output of all
   * @param used the models that tasks read, in plan order: the soup's, and perhaps more
   * @param decisions on which its bytes depend, too
   */
  static PlannedSoup of(
      MergePlan alone,
      String name,
      List<Integer> used,
      List<InputFile> inputs,
      List<String> decisions) {
    return new PlannedSoup(
        alone,
        spec(name, alone.weights(), used),
        PlannedMerge.fingerprint(alone, inputs, decisions));
  }

  private static SoupSpec spec(String name, CommonDenominator weights, List<Integer> used) {
    List<Integer> sources = new ArrayList<>();
    List<Long> numerators = new ArrayList<>();
    for (int source = 0; source < used.size(); source++) {
      long numerator = weights.numerators().get(used.get(source));
      if (numerator != 0) {
        sources.add(source);
        numerators.add(numerator);
      }
    }
    return new SoupSpec(name, sources, new IntegerWeights(numerators, weights.denominator()));
  }
}
