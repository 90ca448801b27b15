package dev.stockpot.coordinator.search;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.merge.verification.StockpotVersion;
import dev.stockpot.plan.SearchObjective;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.soce.report.SearchReport;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Fact;
import dev.stockpot.soce.weights.Shapley.ShapleyValue;
import dev.stockpot.soce.weights.Weights;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes the report of what a board knows. */
final class Reporting {

  private final Search search;
  private final SearchBoard board;

  private Reporting(Search search, SearchBoard board) {
    this.search = search;
    this.board = board;
  }

  /** The report as of now; what was not evaluated is no part of it. */
  static SearchReport of(Search search, SearchBoard board, Instant now) {
    return new Reporting(search, board).report(now);
  }

  /** Nothing of it is worth keeping: what has scores is in the cache, what failed may be mended. */
  static Failure nothingScored(Search search, SearchBoard board) {
    String first =
        board.known().stream()
            .flatMap(candidate ->
                board.outcome(new Task(candidate, false)).orElse(null)
                        instanceof Outcome.Failed(String reason, _)
                    ? Stream.of(search.text(candidate.weights()) + ": " + reason)
                    : Stream.<String>empty())
            .findFirst()
            .orElse("none was evaluated");
    return new Failure(
        Failure.Kind.ENVIRONMENT, "no soup has scores, so there is no best one; " + first);
  }

  private SearchReport report(Instant now) {
    List<Entry> entries = new ArrayList<>();
    Map<Weights, Double> values = new HashMap<>();
    Optional<Entry> best = Optional.empty();
    for (Candidate candidate : board.known()) {
      Optional<Outcome> outcome = board.outcome(new Task(candidate, false));
      if (outcome.isPresent()) {
        Entry entry = entry(candidate, outcome.get());
        entries.add(entry);
        entry.scores().ifPresent(s -> values.put(candidate.weights(), s.objective()));
        if (board.best().equals(Optional.of(candidate))) {
          best = Optional.of(entry);
        }
      }
    }
    SearchPlan plan = search.plan();
    return new SearchReport(
        String.valueOf(plan.output().path().getFileName()),
        now,
        plan.models().stream().map(SearchPlan.Candidate::name).toList(),
        search.selection(),
        objective(search),
        entries,
        best,
        shapley(values),
        facts(),
        plan.text());
  }

  private Entry entry(Candidate candidate, Outcome outcome) {
    Optional<SearchReport.Scores> heldOut =
        board
            .outcome(new Task(candidate, true))
            .flatMap(of ->
                of instanceof Outcome.Scored scored
                    ? Optional.of(scores(scored))
                    : Optional.empty());
    return switch (outcome) {
      case Outcome.Scored scored -> entry(candidate, scores(scored), heldOut, scored.took());
      case Outcome.Failed(String reason, _) ->
          entry(candidate, new SearchReport.Failed(reason), heldOut, Duration.ZERO);
    };
  }

  private Entry entry(
      Candidate candidate,
      SearchReport.Outcome outcome,
      Optional<SearchReport.Scores> heldOut,
      Duration took) {
    return new Entry(
        search.text(candidate.weights()),
        candidate.role(),
        candidate.weights(),
        outcome,
        heldOut,
        took);
  }

  private SearchReport.Scores scores(Outcome.Scored scored) {
    return new SearchReport.Scores(search.objective().of(scored.scores()), scored.scores());
  }

  /** In words. */
  static String objective(Search search) {
    return switch (search.plan().search().objective()) {
      case SearchObjective.Mean _ -> "mean of " + String.join(", ", search.categories());
      case SearchObjective.Weighted(var weights) -> "weighted mean, " + weights;
      case SearchObjective.Groups(var groups) ->
          "mean of groups " + groups.stream().map(Reporting::text).toList();
    };
  }

  private static String text(SearchObjective.Member member) {
    return switch (member) {
      case SearchObjective.Category(String name) -> name;
      case SearchObjective.Group(String name, var members) ->
          name + " " + members.stream().map(Reporting::text).toList();
    };
  }

  /** None unless every coalition has scores. */
  private List<ShapleyValue> shapley(Map<Weights, Double> values) {
    return FurtherCandidates.shapley(search)
        .filter(
            shapley -> shapley.soups().stream().map(search::ofAll).allMatch(values::containsKey))
        .map(shapley ->
            shapley.values(soup -> values.getOrDefault(search.ofAll(soup), Double.NaN), 0))
        .map(found ->
            found.stream()
                .map(value ->
                    new ShapleyValue(
                        value.player().stream().map(search.experts()::get).toList(),
                        value.value(),
                        value.standardError()))
                .toList())
        .orElse(List.of());
  }

  private List<Fact> facts() {
    SearchPlan plan = search.plan();
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("Stockpot", StockpotVersion.current()));
    facts.add(new Fact("kernels", String.valueOf(Kernels.KERNEL_VERSION)));
    facts.add(
        new Fact("dtype", plan.dtypes().dtype().map(Dtype::toString).orElse("the models' own")));
    facts.add(new Fact("evaluator", String.join(" ", search.command().arguments())));
    search
        .report()
        .ifPresent(held -> facts.add(new Fact("held out", String.join(" ", held.arguments()))));
    for (int i = 0; i < plan.models().size(); i++) {
      SearchPlan.Candidate model = plan.models().get(i);
      facts.add(new Fact("model " + model.name(), model.path().toString()));
      facts.add(new Fact("files of " + model.name(), search.contents().models().get(i)));
    }
    return facts;
  }
}
