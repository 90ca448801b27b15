package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.SearchDetail;
import dev.stockpot.coordinator.order.SearchDetail.CandidatesListed;
import dev.stockpot.coordinator.order.SearchDetail.CandidatesMerged;
import dev.stockpot.coordinator.order.SearchDetail.CandidatesMerging;
import dev.stockpot.coordinator.order.SearchDetail.EvaluationEnded;
import dev.stockpot.coordinator.order.SearchDetail.EvaluationStarted;
import dev.stockpot.coordinator.order.SearchDetail.Listed;
import dev.stockpot.coordinator.order.SearchDetail.SearchOutlined;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.soce.report.SearchReport.Scores;
import dev.stockpot.soce.weights.Weights;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What is told of each candidate as a search goes: reads what the {@link SearchCourse} did, and
 * remembers only up to where candidates are listed. Confined to one thread.
 */
final class SearchStory {

  private final Function<String, Path> logs;
  private int listed;

  /** Empty before the search is outlined. */
  private Set<Weights> grid = Set.of();

  /**
   * Nothing is told yet.
   *
   * @param logs where the evaluation of a name logs
   */
  SearchStory(Function<String, Path> logs) {
    this.logs = logs;
  }

  /** What is to be told of that step. */
  List<SearchDetail> of(Happened what, List<Action> actions, SearchCourse.Run run) {
    List<SearchDetail> told = new ArrayList<>();
    Search search = run.search();
    if (grid.isEmpty()) {
      grid = Set.copyOf(search.grid());
      told.add(outline(search));
    }
    SearchBoard board = run.board();
    if (!board.isLooking() && board.candidates() > listed) {
      List<Candidate> known = board.known();
      told.add(
          new CandidatesListed(
              known.subList(listed, known.size()).stream()
                  .map(candidate -> listed(search, board, candidate))
                  .toList()));
      listed = known.size();
    }
    switch (what) {
      case Happened.Evaluated evaluated -> told.add(ended(search, board, evaluated.task()));
      case Happened.BatchReleased(List<Candidate> batch, JobUpdate.Finished _) ->
          told.add(new CandidatesMerged(names(search, batch)));
      default -> {}
    }
    for (Action action : actions) {
      switch (action) {
        case Action.Evaluate(_, Task task, String evaluation) ->
            told.add(
                new EvaluationStarted(
                    name(search, task.candidate()), task.heldOut(), logs.apply(evaluation)));
        case Action.Claim(_, List<Candidate> batch) ->
            told.add(new CandidatesMerging(names(search, batch)));
        default -> {}
      }
    }
    return told;
  }

  private static SearchOutlined outline(Search search) {
    return new SearchOutlined(
        search.plan().models().stream().map(SearchPlan.Candidate::name).toList(),
        search.selection(),
        search.categories(),
        Reporting.objective(search),
        search.plan().evaluate().parallel());
  }

  private Listed listed(Search search, SearchBoard board, Candidate candidate) {
    Weights weights = candidate.weights();
    Map<String, Double> shares = new LinkedHashMap<>();
    for (int model = 0; model < search.models(); model++) {
      shares.put(search.plan().models().get(model).name(), weights.share(model));
    }
    Task chooses = new Task(candidate, false);
    return new Listed(
        name(search, candidate),
        shares,
        kind(search, candidate),
        candidate.eligible(),
        scores(search, board, chooses),
        scores(search, board, new Task(candidate, true)),
        failure(board, chooses));
  }

  private SearchDetail.Kind kind(Search search, Candidate candidate) {
    return switch (candidate.role()) {
      case MODEL -> SearchDetail.Kind.SINGLE;
      case UNIFORM_OF_ALL, UNIFORM_OF_SELECTED -> SearchDetail.Kind.UNIFORM;
      case COALITION -> SearchDetail.Kind.COALITION;
      case CANDIDATE ->
          grid.contains(search.ofExperts(candidate.weights()))
              ? SearchDetail.Kind.GRID
              : SearchDetail.Kind.REFINED;
    };
  }

  private static EvaluationEnded ended(Search search, SearchBoard board, Task task) {
    return new EvaluationEnded(
        name(search, task.candidate()),
        task.heldOut(),
        scores(search, board, task),
        failure(board, task),
        board.outcome(task).orElse(null) instanceof Outcome.Scored scored
            ? scored.took()
            : Duration.ZERO);
  }

  private static Optional<Scores> scores(Search search, SearchBoard board, Task task) {
    return board.outcome(task).orElse(null) instanceof Outcome.Scored scored
        ? Optional.of(new Scores(search.objective().of(scored.scores()), scored.scores()))
        : Optional.empty();
  }

  private static Optional<String> failure(SearchBoard board, Task task) {
    return board.outcome(task).orElse(null) instanceof Outcome.Failed(String reason, _)
        ? Optional.of(reason)
        : Optional.empty();
  }

  private static String name(Search search, Candidate candidate) {
    return search.text(candidate.weights());
  }

  private static List<String> names(Search search, Collection<Candidate> candidates) {
    return candidates.stream().map(candidate -> name(search, candidate)).toList();
  }
}
