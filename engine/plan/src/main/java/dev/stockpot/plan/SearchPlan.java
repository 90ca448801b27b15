package dev.stockpot.plan;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A search for the weights of the best soup: which models, how the experts among them are found,
 * which weights are tried, and how a soup is scored.
 *
 * @param source the file that the plan was read from, as the user named it; {@code -} for standard
 *     input
 * @param text of that file
 * @param directory what the evaluator's relative paths are relative to; absolute
 * @param models the candidates in plan order, which is the order of every sum; at least one
 * @param dtypes those of every soup's tensors
 * @param donor where config and tokenizer come from, absolute; empty for the first model
 * @param nonFinite what NaN and infinity in a soup mean
 */
public record SearchPlan(
    Path source,
    String text,
    Path directory,
    Method method,
    List<Candidate> models,
    OutputDtypes dtypes,
    Optional<Path> donor,
    MergePlan.Output output,
    NonFinitePolicy nonFinite,
    Search search,
    Evaluate evaluate)
    implements Plan {

  public SearchPlan {
    models = List.copyOf(models);
    if (models.isEmpty()) {
      throw new IllegalArgumentException("a search needs at least one model");
    }
  }

  /**
   * A model that may become an expert.
   *
   * @param reference the model as the plan writes it, for messages
   * @param name what the score table calls it, and reports; unique in the plan
   * @param path absolute and normalised: a checkpoint directory or one safetensors file
   */
  public record Candidate(String reference, String name, Path path) {}

  /** What the players of the Shapley values are. */
  public enum Players {
    NONE,
    MODELS,
    PAIRS,
    TRIPLES
  }

  /** How weights are refined once the grid is scored. */
  public enum Refinement {
    NONE,
    /** One weight against another, as long as that helps; then with half the step. */
    COORDINATE,
    /** All weights around the best, with half the step each round. */
    SUCCESSIVE
  }

  /**
   * What is searched.
   *
   * @param scores the population's score table, absolute; rows are models, columns categories
   * @param categories of the table that count; empty for all
   * @param threshold of the correlation; below it, strictly, two categories need experts
   * @param candidatesOnDisk soups that exist at any moment, those being merged included
   * @param maxEvaluations of candidates, those of earlier runs included; empty for no limit
   * @param maxTime after which a run starts no further evaluation; empty for no limit
   */
  public record Search(
      Path scores,
      List<String> categories,
      CorrelationRule correlation,
      BigDecimal threshold,
      Grid weights,
      SearchObjective objective,
      Players shapley,
      int candidatesOnDisk,
      OptionalInt maxEvaluations,
      Optional<Duration> maxTime) {

    public static final int DEFAULT_CANDIDATES_ON_DISK = 4;

    public Search {
      categories = List.copyOf(categories);
    }

    /** The same with other limits, where they are given. */
    public Search limited(OptionalInt evaluations, Optional<Duration> time) {
      return new Search(
          scores,
          categories,
          correlation,
          threshold,
          weights,
          objective,
          shapley,
          candidatesOnDisk,
          evaluations.isPresent() ? evaluations : maxEvaluations,
          time.or(() -> maxTime));
    }
  }

  /**
   * The weights that are tried, of each expert.
   *
   * @param uniform whether equal weights are tried too where the grid does not hold them
   * @param finestStep where refinement ends
   */
  public record Grid(
      BigDecimal min,
      BigDecimal max,
      BigDecimal step,
      boolean uniform,
      Refinement refine,
      BigDecimal finestStep) {
    public static final Grid DEFAULT =
        new Grid(
            new BigDecimal("0.1"),
            new BigDecimal("0.9"),
            new BigDecimal("0.1"),
            true,
            Refinement.NONE,
            new BigDecimal("0.025"));
  }

  /**
   * How a checkpoint is scored.
   *
   * @param command program and arguments, with placeholders
   * @param report the same for the held-out scores, which choose nothing
   * @param timeout of one evaluation
   * @param parallel evaluations at once
   * @param gpus devices that evaluations share, each evaluation an equal part; an empty list if
   *     they use none; empty where the plan does not say
   * @param scale the highest score there is, 1 or 100; empty where the plan does not say
   * @param metrics by category: the metric that is its score, where the evaluator's file has
   *     several
   * @param cache directory of results by content, absolute
   */
  public record Evaluate(
      List<String> command,
      Optional<List<String>> report,
      Duration timeout,
      int parallel,
      Optional<List<Integer>> gpus,
      OptionalInt scale,
      Map<String, String> metrics,
      Path cache) {

    public static final Duration DEFAULT_TIMEOUT = Duration.ofHours(2);

    public Evaluate {
      command = List.copyOf(command);
      report = report.map(List::copyOf);
      gpus = gpus.map(List::copyOf);
      metrics = Map.copyOf(metrics);
    }
  }

  @Override
  public List<Path> inputs() {
    List<Path> inputs = new ArrayList<>(models.stream().map(Candidate::path).toList());
    donor.ifPresent(inputs::add);
    inputs.add(search.scores());
    return List.copyOf(inputs);
  }

  /** The same search with other limits, where they are given. */
  public SearchPlan limited(OptionalInt evaluations, Optional<Duration> time) {
    return new SearchPlan(
        source,
        text,
        directory,
        method,
        models,
        dtypes,
        donor,
        output,
        nonFinite,
        search.limited(evaluations, time),
        evaluate);
  }

  /**
   * The merge that makes one soup.
   *
   * @param weights one per model, in plan order; they sum to 1
   * @param path of the soup
   */
  public MergePlan merge(List<Fraction> weights, Path path) {
    List<MergePlan.Ingredient> ingredients = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      Candidate model = models.get(i);
      ingredients.add(new MergePlan.Ingredient(model.reference(), model.path(), weights.get(i)));
    }
    return new MergePlan(
        source,
        method,
        ingredients,
        false,
        dtypes,
        donor,
        new MergePlan.Output(path, output.shardSize()),
        nonFinite);
  }
}
