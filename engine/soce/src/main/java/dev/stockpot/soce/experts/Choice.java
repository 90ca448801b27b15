package dev.stockpot.soce.experts;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.SoceException;
import java.util.List;

/**
 * What every threshold of one step chooses.
 *
 * @param experts one for each of the step's categories
 * @param models the experts, each once, in the candidates' order
 */
public record Choice(Thresholds.Step step, List<Expert> experts, List<String> models) {
  public Choice {
    experts = List.copyOf(experts);
    models = List.copyOf(models);
  }

  /**
   * Every choice that there is under a rule, by ascending threshold.
   *
   * @throws SoceException if a category has no expert
   */
  public static List<Choice> all(
      CorrelationMatrix matrix, CorrelationRule rule, ScoreTable candidates) {
    return Thresholds.of(matrix, rule).steps().stream()
        .map(step -> {
          List<Expert> experts = Experts.of(candidates, step.categories());
          return new Choice(step, experts, Experts.models(candidates, experts));
        })
        .toList();
  }
}
