package dev.stockpot.soce.report;

import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.experts.CorrelationMatrix;
import dev.stockpot.soce.experts.Correlations;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.weights.Shapley.ShapleyValue;
import dev.stockpot.soce.weights.Weights;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Everything that a search found.
 *
 * @param name of the search, as its output is called
 * @param finishedAt when the last score was known
 * @param models every ingredient of the plan; weights and players mean their places in it
 * @param selection who was merged, and why
 * @param objective in words, as the plan says it: {@code mean of add, rev, sort, max}
 * @param entries baselines and candidates, in the order they were tried, failed ones too
 * @param best the entry that became the output; empty if none has scores
 * @param shapley what each model, or group of them, contributes; may be empty
 * @param facts what else it takes to repeat the search: versions, hashes, the evaluator's command
 * @param plan the plan's text
 */
public record SearchReport(
    String name,
    Instant finishedAt,
    List<String> models,
    Selection selection,
    String objective,
    List<Entry> entries,
    Optional<Entry> best,
    List<ShapleyValue> shapley,
    List<Fact> facts,
    String plan) {
  public SearchReport {
    models = List.copyOf(models);
    entries = List.copyOf(entries);
    shapley = List.copyOf(shapley);
    facts = List.copyOf(facts);
    for (Entry entry : entries) {
      if (entry.weights().models() != models.size()) {
        throw new IllegalArgumentException(
            "%s has %d weights for %d models"
                .formatted(entry.name(), entry.weights().models(), models.size()));
      }
    }
  }

  /** All entries, the highest objective first; of equal ones the first tried; failed ones last. */
  public List<Entry> leaderboard() {
    return entries.stream()
        .sorted(
            Comparator.comparingDouble((Entry entry) ->
                    entry.scores().map(Scores::objective).orElse(Double.NEGATIVE_INFINITY))
                .reversed())
        .toList();
  }

  /** The categories that were scored, in the order of the scores; the selection's without any. */
  public List<String> categories() {
    return entries.stream()
        .flatMap(entry -> entry.scores().stream())
        .findFirst()
        .map(scores -> List.copyOf(scores.categories().keySet()))
        .orElse(selection.matrix().categories());
  }

  /** How categories correlate across the soups that were tried. */
  public CorrelationMatrix correlationsAfter() {
    List<String> categories = categories();
    List<Entry> soups =
        entries.stream()
            .filter(entry -> entry.role() != Role.MODEL && entry.scores().isPresent())
            .toList();
    return Correlations.pearson(
        ScoreTable.of(
            soups.stream().map(Entry::name).toList(),
            categories,
            soups.stream().map(entry -> categories.stream().map(entry::score).toList()).toList()));
  }

  /** The first entry of a role; empty if there is none. */
  public Optional<Entry> entry(Role role) {
    return entries.stream().filter(entry -> entry.role() == role).findFirst();
  }

  /** The ingredient with the highest objective by itself; empty if none has scores. */
  public Optional<Entry> bestModel() {
    return leaderboard().stream()
        .filter(entry -> entry.role() == Role.MODEL && entry.scores().isPresent())
        .findFirst();
  }

  /** Why something was evaluated. */
  public enum Role {
    /** An ingredient by itself. */
    MODEL,

    /** Equal weights of every ingredient. */
    UNIFORM_OF_ALL,

    /** Equal weights of the experts. */
    UNIFORM_OF_SELECTED,

    /** A point of the grid or of its refinement. */
    CANDIDATE,

    /** A coalition whose score only the Shapley values need. */
    COALITION
  }

  /**
   * A model or soup that was evaluated.
   *
   * @param name as the search calls it; unique
   * @param role why it was evaluated; of several reasons the first of {@link Role}
   * @param weights of every ingredient; 0 for one that is no part of it
   * @param outcome its scores, or why there are none
   * @param heldOut the scores on the held-out cases, which chose nothing; empty if not evaluated
   * @param took the time of its evaluation; zero if its scores were known before
   */
  public record Entry(
      String name,
      Role role,
      Weights weights,
      Outcome outcome,
      Optional<Scores> heldOut,
      Duration took) {

    /** The scores that chose; empty if it failed. */
    public Optional<Scores> scores() {
      return outcome instanceof Scores scores ? Optional.of(scores) : Optional.empty();
    }

    private OptionalDouble score(String category) {
      return outcome instanceof Scores scores ? scores.of(category) : OptionalDouble.empty();
    }
  }

  /** What came of an evaluation. */
  public sealed interface Outcome {}

  /**
   * Scores of one model or soup.
   *
   * @param objective the objective's value
   * @param categories the score of each category, in the table's order
   */
  public record Scores(double objective, Map<String, Double> categories) implements Outcome {
    public Scores {
      categories = Collections.unmodifiableMap(new LinkedHashMap<>(categories));
    }

    /** The score of one category; empty if there is none. */
    public OptionalDouble of(String category) {
      Double score = categories.get(category);
      return score == null ? OptionalDouble.empty() : OptionalDouble.of(score);
    }
  }

  /** Its evaluation failed, or its merge did. */
  public record Failed(String reason) implements Outcome {}

  /** A line of what it takes to repeat the search. */
  public record Fact(String name, String value) {}
}
