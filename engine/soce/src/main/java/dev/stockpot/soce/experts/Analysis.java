package dev.stockpot.soce.experts;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.SoceException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All that a score table says before anything is merged.
 *
 * @param source what the population was read from
 * @param candidates a subset of its models, or models with scores of their own
 * @param rule that was asked for
 * @param selection at the threshold that was asked for; empty if none was
 * @param choices under each rule, by ascending threshold
 */
public record Analysis(
    String source,
    ScoreTable population,
    ScoreTable candidates,
    CorrelationMatrix matrix,
    CorrelationRule rule,
    Optional<Selection> selection,
    Map<CorrelationRule, List<Choice>> choices) {
  public Analysis {
    choices = Map.copyOf(choices);
  }

  /**
   * Analyses a population and the candidates among which experts are looked for.
   *
   * @param candidates with the population's categories, of which some scores may be missing
   * @throws SoceException as {@link Selection#of} and {@link Experts#of}
   */
  public static Analysis of(
      String source,
      ScoreTable population,
      ScoreTable candidates,
      CorrelationRule rule,
      OptionalDouble threshold) {
    CorrelationMatrix matrix = Correlations.pearson(population);
    Optional<Selection> selection =
        threshold.isPresent()
            ? Optional.of(Selection.of(population, candidates, rule, threshold.getAsDouble()))
            : Optional.empty();
    return new Analysis(
        source,
        population,
        candidates,
        matrix,
        rule,
        selection,
        Map.of(
            CorrelationRule.ABSOLUTE, Choice.all(matrix, CorrelationRule.ABSOLUTE, candidates),
            CorrelationRule.SIGNED, Choice.all(matrix, CorrelationRule.SIGNED, candidates)));
  }

  /** The choices under a rule. */
  public List<Choice> choices(CorrelationRule rule) {
    return choices.getOrDefault(rule, List.of());
  }

  /** How many of the population have no score in a category. */
  public long missing(String category) {
    return population.models().stream()
        .filter(model -> population.score(model, category).isEmpty())
        .count();
  }

  /** The candidate that comes next to an expert in its category; empty if no other has a score. */
  public Optional<String> runnerUp(Expert expert) {
    return candidates.models().stream()
        .filter(model -> !model.equals(expert.model()))
        .filter(model -> candidates.score(model, expert.category()).isPresent())
        .max((a, b) -> Double.compare(score(a, expert.category()), score(b, expert.category())));
  }

  private double score(String model, String category) {
    return candidates.score(model, category).orElseThrow();
  }
}
