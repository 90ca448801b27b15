package dev.stockpot.coordinator.history;

import dev.stockpot.coordinator.order.JobSummary.SearchSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.SearchDetail;
import dev.stockpot.coordinator.order.SearchDetail.Listed;
import dev.stockpot.soce.experts.CorrelationMatrix;
import dev.stockpot.soce.experts.Expert;
import dev.stockpot.soce.experts.LowCorrelation;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.report.SearchReport;
import dev.stockpot.soce.report.SearchReport.Scores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A search as it goes: its experts and candidates. Confined to one thread. */
final class SearchHistory {

  /** Further candidates are counted, and not shown. */
  static final int MOST_CANDIDATES = 5_000;

  private enum State {
    WAITING,
    MERGING,
    MERGED,
    EVALUATING,
    DONE,
    FAILED
  }

  private record HeldOut(double value, Map<String, Double> scores) {
    static @Nullable HeldOut of(Optional<Scores> scores) {
      return scores.map(s -> new HeldOut(s.objective(), s.categories())).orElse(null);
    }
  }

  /** A candidate as a row. */
  private record Row(
      String name,
      Map<String, Double> weights,
      SearchDetail.Kind kind,
      State state,
      @Nullable Double value,
      Map<String, Double> scores,
      @Nullable HeldOut heldOut,
      @Nullable Double seconds,
      @Nullable String failure,
      @Nullable String log) {}

  private record ExpertRow(
      String category, String model, double score, String why, List<String> tiedWith) {}

  private record MatrixRow(List<String> categories, List<List<@Nullable Double>> values) {}

  private record SearchRow(
      List<String> models,
      List<String> categories,
      List<String> low,
      List<ExpertRow> experts,
      String objective,
      double threshold,
      String rule,
      int parallel,
      int candidates,
      int evaluated,
      int known,
      @Nullable Integer best,
      @Nullable Double remaining) {}

  private static final class Candidate {
    private final Listed listed;
    private State state = State.WAITING;
    private Optional<Scores> scores;
    private Optional<Scores> heldOut;
    private Optional<String> failure;
    private @Nullable Double seconds;
    private @Nullable String log;

    Candidate(Listed listed) {
      this.listed = listed;
      this.scores = listed.scores();
      this.heldOut = listed.heldOut();
      this.failure = listed.failure();
      settle();
    }

    private void settle() {
      state = scores.isPresent() ? State.DONE : failure.isPresent() ? State.FAILED : state;
      log = null;
    }

    private Row row() {
      return new Row(
          listed.name(),
          listed.weights(),
          listed.kind(),
          state,
          scores.map(Scores::objective).orElse(null),
          scores.map(Scores::categories).orElse(Map.of()),
          HeldOut.of(heldOut),
          seconds,
          failure.orElse(null),
          log);
    }
  }

  private SearchDetail.@Nullable SearchOutlined outline;
  private final List<Candidate> candidates = new ArrayList<>();
  private final Map<String, Integer> numbers = new LinkedHashMap<>();

  /** Rows that the table has not. */
  private final Set<Integer> changed = new LinkedHashSet<>();

  private boolean matrixShown;
  private int all;
  private int evaluated;
  private int known;
  private Optional<Duration> remaining = Optional.empty();
  private Optional<Integer> best = Optional.empty();
  private Map<String, Double> shapley = Map.of();

  void on(JobUpdate.OfSearch update) {
    switch (update) {
      case SearchDetail.SearchOutlined told -> outline = told;
      case SearchDetail.CandidatesListed(List<Listed> listed) -> listed.forEach(this::list);
      case SearchDetail.CandidatesMerging(List<String> names) -> names.forEach(this::merging);
      case SearchDetail.CandidatesMerged(List<String> names) -> names.forEach(this::merged);
      case SearchDetail.EvaluationStarted started -> on(started);
      case SearchDetail.EvaluationEnded ended -> on(ended);
      case JobUpdate.SearchStarted started -> {
        all = started.candidates();
        evaluated = started.known();
        known = started.known();
      }
      case JobUpdate.CandidateEvaluated one -> {
        all = one.candidates();
        evaluated = one.evaluated();
        remaining = one.remaining();
      }
      case JobUpdate.BatchStarted _ -> {}
    }
  }

  private void list(Listed listed) {
    if (candidates.size() < MOST_CANDIDATES && !numbers.containsKey(listed.name())) {
      int number = candidates.size();
      numbers.put(listed.name(), number);
      candidates.add(new Candidate(listed));
      changed.add(number);
      rank(number);
    }
  }

  private @Nullable Candidate changing(String name) {
    Integer number = numbers.get(name);
    if (number == null) {
      return null;
    }
    changed.add(number);
    return candidates.get(number);
  }

  private void merging(String name) {
    Candidate candidate = changing(name);
    if (candidate != null && candidate.state == State.WAITING) {
      candidate.state = State.MERGING;
    }
  }

  private void merged(String name) {
    Candidate candidate = changing(name);
    if (candidate != null && candidate.state == State.MERGING) {
      candidate.state = State.MERGED;
    }
  }

  private void on(SearchDetail.EvaluationStarted started) {
    Candidate candidate = changing(started.name());
    if (candidate != null) {
      candidate.state = State.EVALUATING;
      candidate.log = started.log().toString();
    }
  }

  private void on(SearchDetail.EvaluationEnded ended) {
    Candidate candidate = changing(ended.name());
    if (candidate == null) {
      return;
    }
    if (ended.heldOut()) {
      candidate.heldOut = ended.scores().or(() -> candidate.heldOut);
    } else {
      candidate.scores = ended.scores();
      candidate.failure = ended.failure();
      candidate.seconds = ended.took().toMillis() / 1e3;
    }
    candidate.state = State.WAITING;
    candidate.settle();
    rank(numbers.getOrDefault(ended.name(), 0));
  }

  /** Of equal ones the one that was listed first is better. */
  private void rank(int number) {
    Candidate candidate = candidates.get(number);
    if (candidate.listed.eligible() && candidate.scores.isPresent()) {
      Comparator<Integer> worse =
          Comparator.comparingDouble((Integer other) ->
                  candidates
                      .get(other)
                      .scores
                      .map(Scores::objective)
                      .orElse(Double.NEGATIVE_INFINITY))
              .thenComparing(Comparator.reverseOrder());
      best = best.filter(so -> worse.compare(so, number) >= 0).or(() -> Optional.of(number));
    }
  }

  /** It is over: its report says what was told of candidates, and of more. */
  void on(SearchSummary summary) {
    remaining = Optional.empty();
    SearchReport report = summary.report().orElse(null);
    if (report == null) {
      return;
    }
    for (SearchReport.Entry entry : report.entries()) {
      Candidate candidate = changing(entry.name());
      if (candidate != null) {
        candidate.scores = entry.scores();
        candidate.heldOut = entry.heldOut();
        candidate.settle();
      }
    }
    best =
        report
            .best()
            .flatMap(entry -> Optional.ofNullable(numbers.get(entry.name())))
            .or(() -> best);
    Map<String, Double> values = new LinkedHashMap<>();
    report
        .shapley()
        .forEach(value ->
            values.put(
                String.join(" and ", value.player().stream().map(report.models()::get).toList()),
                value.value()));
    shapley = values;
  }

  /** Seconds that the rest takes, about. */
  Optional<Double> remaining() {
    return remaining.map(left -> left.toMillis() / 1e3);
  }

  /** Of a job that searches nothing any more. */
  static void removeFrom(LiveTable table) {
    table.remove("search");
    table.remove("matrix");
    table.remove("shapley");
    table.removeAll("candidate/");
  }

  void render(LiveTable table, boolean whole) {
    if (outline != null) {
      table.put("search", RowJson.of(row(outline)));
      if (whole || !matrixShown) {
        matrixShown = true;
        table.put("matrix", RowJson.of(matrix(outline.selection().matrix())));
      }
    }
    if (whole) {
      numbers.values().forEach(changed::add);
    }
    changed.forEach(
        number -> table.put("candidate/" + number, RowJson.of(candidates.get(number).row())));
    changed.clear();
    if (!shapley.isEmpty()) {
      table.put("shapley", RowJson.of(shapley));
    }
  }

  private SearchRow row(SearchDetail.SearchOutlined told) {
    Selection selection = told.selection();
    return new SearchRow(
        told.models(),
        told.categories(),
        selection.low().categories(),
        selection.experts().stream().map(expert -> expert(selection, expert)).toList(),
        told.objective(),
        selection.low().threshold(),
        selection.low().rule().planName(),
        told.parallel(),
        all,
        evaluated,
        known,
        best.orElse(null),
        remaining().orElse(null));
  }

  private static ExpertRow expert(Selection selection, Expert expert) {
    String why =
        selection.low().pairs().stream()
            .filter(pair ->
                pair.first().equals(expert.category()) || pair.second().equals(expert.category()))
            .min(Comparator.comparingDouble(LowCorrelation.Pair::correlation))
            .map(pair ->
                "; %s and %s correlate by %.2f only"
                    .formatted(pair.first(), pair.second(), pair.correlation()))
            .orElse("");
    return new ExpertRow(
        expert.category(),
        expert.model(),
        expert.score(),
        "the highest score in %s, %s%s".formatted(expert.category(), expert.score(), why),
        expert.tiedWith());
  }

  private static MatrixRow matrix(CorrelationMatrix matrix) {
    int size = matrix.categories().size();
    List<List<@Nullable Double>> values = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      List<@Nullable Double> line = new ArrayList<>();
      for (int j = 0; j < size; j++) {
        line.add(matrix.of(i, j).isPresent() ? matrix.of(i, j).getAsDouble() : null);
      }
      values.add(line);
    }
    return new MatrixRow(matrix.categories(), values);
  }
}
