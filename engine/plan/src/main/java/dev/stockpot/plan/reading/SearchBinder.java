package dev.stockpot.plan.reading;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.plan.SearchObjective;
import dev.stockpot.plan.SearchPlan.Evaluate;
import dev.stockpot.plan.SearchPlan.Grid;
import dev.stockpot.plan.SearchPlan.Players;
import dev.stockpot.plan.SearchPlan.Refinement;
import dev.stockpot.plan.SearchPlan.Search;
import dev.stockpot.plan.reading.SearchDraft.EvaluateDraft;
import dev.stockpot.plan.yaml.Fields;
import dev.stockpot.plan.yaml.Place;
import dev.stockpot.plan.yaml.Problems;
import dev.stockpot.plan.yaml.Scalars;
import dev.stockpot.plan.yaml.Section;
import dev.stockpot.plan.yaml.Values;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Binds the sections {@code search} and {@code evaluate}. Looks at nothing but the nodes. */
final class SearchBinder {
  static final int MAX_ON_DISK = 10_000;
  static final int MAX_PARALLEL = 1_000;
  static final int MAX_EVALUATIONS = 1_000_000;

  private static final Map<String, CorrelationRule> CORRELATIONS =
      Map.of("absolute", CorrelationRule.ABSOLUTE, "signed", CorrelationRule.SIGNED);
  private static final Map<String, Players> PLAYERS =
      Map.of(
          "none",
          Players.NONE,
          "models",
          Players.MODELS,
          "pairs",
          Players.PAIRS,
          "triples",
          Players.TRIPLES);
  private static final Map<String, Refinement> REFINEMENTS =
      Map.of(
          "none",
          Refinement.NONE,
          "coordinate",
          Refinement.COORDINATE,
          "successive",
          Refinement.SUCCESSIVE);
  private static final Map<String, Integer> SCALES = Map.of("1", 1, "100", 100);

  private final Problems problems;
  private final Scalars scalars;
  private final Values values;

  SearchBinder(Problems problems) {
    this.problems = problems;
    this.scalars = new Scalars(problems);
    this.values = new Values(problems);
  }

  SearchDraft bind(Fields plan) {
    Fields search = section(plan, "search", Section.SEARCH, "search: {scores: scores.csv}");
    Fields evaluate =
        section(
            plan,
            "evaluate",
            Section.EVALUATE,
            "evaluate: {command: [./evaluate, \"{model}\", \"{output}\"]}");
    return new SearchDraft(
        plan.placeOf("search"),
        search
            .required("scores", "scores: scores.csv")
            .flatMap(node -> scalars.text(node, "scores")),
        search
            .optional("categories")
            .map(node -> values.list(node, "categories", "[reasoning, coding]"))
            .orElse(List.of()),
        search
            .optional("correlation")
            .flatMap(node ->
                scalars.oneOf(node, "correlation", List.of("absolute", "signed"), CORRELATIONS))
            .orElse(CorrelationRule.ABSOLUTE),
        search
            .required("threshold", "threshold: 0.25")
            .flatMap(node -> values.decimal(node, "threshold", "-1", "2"))
            .orElse(BigDecimal.ONE),
        search.optional("weights").map(this::grid).orElse(Grid.DEFAULT),
        search
            .optional("objective")
            .map(node -> new ObjectiveBinder(problems).bind(node))
            .orElseGet(SearchObjective.Mean::new),
        search
            .optional("shapley")
            .flatMap(node ->
                scalars.oneOf(
                    node, "shapley", List.of("none", "models", "pairs", "triples"), PLAYERS))
            .orElse(Players.NONE),
        search
            .optional("candidates_on_disk")
            .flatMap(node -> values.whole(node, "candidates_on_disk", MAX_ON_DISK))
            .orElse(Search.DEFAULT_CANDIDATES_ON_DISK),
        search
            .optional("max_evaluations")
            .flatMap(node -> values.whole(node, "max_evaluations", MAX_EVALUATIONS))
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty()),
        search.optional("max_time").flatMap(node -> values.duration(node, "max_time")),
        evaluate(evaluate));
  }

  /** Its fields; none of them where the section is missing or no mapping, which is a problem. */
  private Fields section(Fields plan, String key, Section section, String example) {
    Optional<Node> node = plan.required(key, example);
    if (node.isPresent() && node.get() instanceof MappingNode mapping) {
      return Fields.of(mapping, section, problems);
    }
    node.ifPresent(other ->
        problems.at(
            Place.of(other),
            key
                + " must be a mapping, found "
                + Scalars.described(other)
                + "; write '"
                + example
                + "'"));
    return Fields.unknown(section, problems);
  }

  private Grid grid(Node node) {
    if (!(node instanceof MappingNode mapping)) {
      problems.at(
          Place.of(node),
          "weights must be a mapping like '{min: 0.1, max: 0.9, step: 0.1}', found "
              + Scalars.described(node));
      return Grid.DEFAULT;
    }
    Fields grid = Fields.of(mapping, Section.GRID, problems);
    BigDecimal min = fraction(grid, "min", Grid.DEFAULT.min());
    BigDecimal max = fraction(grid, "max", Grid.DEFAULT.max());
    BigDecimal step = fraction(grid, "step", Grid.DEFAULT.step());
    if (min.compareTo(max) > 0) {
      problems.at(grid.placeOf("min"), "min %s is above max %s".formatted(min, max));
    }
    Refinement refine =
        grid.optional("refine")
            .flatMap(value ->
                scalars.oneOf(
                    value, "refine", List.of("none", "coordinate", "successive"), REFINEMENTS))
            .orElse(Refinement.NONE);
    BigDecimal finest = fraction(grid, "finest_step", Grid.DEFAULT.finestStep());
    if (refine != Refinement.NONE && finest.compareTo(step) >= 0) {
      problems.at(
          grid.placeOf("finest_step"),
          "finest_step %s must be below step %s, or there is nothing to refine"
              .formatted(finest, step));
    }
    return new Grid(
        min,
        max,
        step,
        grid.optional("uniform").flatMap(value -> scalars.flag(value, "uniform")).orElse(true),
        refine,
        finest);
  }

  private BigDecimal fraction(Fields grid, String key, BigDecimal otherwise) {
    return grid.optional(key)
        .flatMap(node -> values.decimal(node, key, "0.0001", "1"))
        .orElse(otherwise);
  }

  private EvaluateDraft evaluate(Fields evaluate) {
    Optional<List<Integer>> gpus =
        evaluate.optional("gpus").map(node -> values.numbers(node, "gpus"));
    int devices = gpus.map(List::size).orElse(0);
    int parallel =
        evaluate
            .optional("parallel")
            .flatMap(node -> values.whole(node, "parallel", MAX_PARALLEL))
            .orElse(Math.max(1, devices));
    if (devices % parallel != 0) {
      problems.at(
          evaluate.placeOf("parallel"),
          "%d gpus cannot be shared equally by %d evaluations at once"
              .formatted(devices, parallel));
    }
    String example = "[./evaluate, \"{model}\", \"{output}\"]";
    return new EvaluateDraft(
        evaluate
            .required("command", "command: " + example)
            .map(node -> values.command(node, "command", example))
            .orElse(List.of()),
        evaluate.optional("report").map(node -> values.command(node, "report", example)),
        evaluate
            .optional("timeout")
            .flatMap(node -> values.duration(node, "timeout"))
            .orElse(Evaluate.DEFAULT_TIMEOUT),
        parallel,
        gpus,
        evaluate
            .optional("scale")
            .flatMap(node -> values.oneOfNumbers(node, "scale", SCALES))
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty()),
        evaluate.optional("metrics").map(values::metrics).orElse(Map.of()),
        evaluate.optional("cache").flatMap(node -> scalars.text(node, "cache")));
  }
}
