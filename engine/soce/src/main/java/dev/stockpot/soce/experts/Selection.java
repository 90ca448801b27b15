package dev.stockpot.soce.experts;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.SoceException;
import java.util.List;

/**
 * Steps 1 to 3 of SoCE: who is merged, and why.
 *
 * @param matrix of the whole population
 * @param low the categories that need an expert
 * @param experts one for each of them
 * @param models the experts, each once, in the candidates' order; one alone needs no search
 */
public record Selection(
    CorrelationMatrix matrix, LowCorrelation low, List<Expert> experts, List<String> models) {
  public Selection {
    experts = List.copyOf(experts);
    models = List.copyOf(models);
  }

  /**
   * Selects among candidates by the correlations of a population, which may be a whole leaderboard.
   *
   * @throws SoceException if no categories correlate so little, with a threshold that finds some;
   *     or if a category has no expert
   */
  public static Selection of(
      ScoreTable population, ScoreTable candidates, CorrelationRule rule, double threshold) {
    CorrelationMatrix matrix = Correlations.pearson(population);
    LowCorrelation low = LowCorrelation.of(matrix, rule, threshold);
    if (low.categories().isEmpty()) {
      throw new SoceException(Thresholds.of(matrix, rule).noneBelow(threshold));
    }
    List<Expert> experts = Experts.of(candidates, low.categories());
    return new Selection(matrix, low, experts, Experts.models(candidates, experts));
  }
}
