package dev.stockpot.coordinator.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.soce.report.SearchReport.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order and the limits of a search, without an actor: a loop does what the board says. */
final class SearchBoardTest {

  private static final String HELD_OUT = "  report: [./score, \"{model}\", \"{output}\", held]";

  @TempDir private Path directory;

  /** What a run did, in order. */
  private final List<Task> evaluated = new ArrayList<>();

  private int mostOnDisk;
  private int mostAtOnce;

  private Search search(String refine, int onDisk, String more, int parallel, String report)
      throws Exception {
    return ThreeModels.search(directory, refine, onDisk, more, parallel, report);
  }

  /** Does what the board says until it has nothing more to say. */
  private SearchBoard run(Search search, SearchState state, Function<Candidate, Double> scores) {
    SearchBoard board = new SearchBoard(search, state, _ -> false, 100);
    List<Task> running = new ArrayList<>();
    for (int step = 0; step < 1_000 && !board.isComplete(); step++) {
      if (!board.toLookUp().isEmpty()) {
        board.lookedUp();
      }
      board.deleted(board.nextDeletions());
      for (Optional<Task> next = board.nextEvaluation();
          next.isPresent();
          next = board.nextEvaluation()) {
        running.add(next.get());
      }
      mostAtOnce = Math.max(mostAtOnce, running.size());
      List<Candidate> batch = board.nextBatch();
      mostOnDisk = Math.max(mostOnDisk, board.onDisk().size());
      board.merged(batch);
      if (!running.isEmpty()) {
        Task task = running.removeFirst();
        evaluated.add(task);
        double score = scores.apply(task.candidate());
        state.apply(event(board.evaluation(task), score));
        board.ended(task);
      }
    }
    assertThat(board.isComplete()).isTrue();
    return board;
  }

  private static SearchEvent event(String evaluation, double score) {
    return Double.isNaN(score)
        ? new SearchEvent.Failed(evaluation, "no luck", "")
        : new SearchEvent.Scored(
            evaluation, Map.of("x", score, "y", score, "z", score), Map.of(), 1);
  }

  private static double shareOfC(Candidate candidate) {
    return candidate.weights().share(2);
  }

  @Test
  void baselinesComeFirstThenWhatFavoursEachExpert() throws Exception {
    run(search("", 3, "", 1, ""), new SearchState(), SearchBoardTest::shareOfC);

    assertThat(evaluated)
        .extracting(task -> task.candidate().weights().toString())
        .startsWith("1 0 0", "0 1 0", "0 0 1", "1/3 1/3 1/3", "0.6 0.2 0.2", "0.2 0.6 0.2")
        .hasSize(3 + 1 + 6)
        .doesNotHaveDuplicates();
  }

  @Test
  void theBestIsTheFirstOfEqualSoupsAndNeverASingleModel() throws Exception {
    SearchBoard board = run(search("", 3, "", 2, ""), new SearchState(), _ -> 7.0);

    assertThat(board.best().orElseThrow().role()).isEqualTo(Role.UNIFORM_OF_ALL);
    assertThat(board.onDisk()).contains(board.best().get());
  }

  @Test
  void noMoreCandidatesAreOnDiskThanAllowedAndNoMoreEvaluationsRun() throws Exception {
    for (int onDisk = 1; onDisk <= 5; onDisk++) {
      mostOnDisk = 0;
      mostAtOnce = 0;
      SearchBoard board =
          run(search("", onDisk, "", 2, HELD_OUT), new SearchState(), SearchBoardTest::shareOfC);

      assertThat(mostOnDisk).isEqualTo(onDisk);
      assertThat(mostAtOnce).isLessThanOrEqualTo(2);
      assertThat(board.best().orElseThrow().weights()).hasToString("0.2 0.2 0.6");
    }
  }

  @Test
  void oneDeletionIsUnderWayAtATime() throws Exception {
    SearchState state = new SearchState();
    SearchBoard board =
        new SearchBoard(search("", 4, "", 2, ""), state, _ -> false, MergePlanner.MOST_SOUPS);
    assertThat(board.toLookUp()).isNotEmpty();
    board.lookedUp();
    for (int model = 0; model < 3; model++) {
      evaluateNext(board, state, 0);
    }
    board.merged(board.nextBatch());

    evaluateNext(board, state, 1);
    evaluateNext(board, state, 2);
    List<Candidate> first = board.nextDeletions();
    evaluateNext(board, state, 3);
    assertThat(first).hasSize(1);
    assertThat(board.nextDeletions()).isEmpty();

    board.deleted(first);
    assertThat(board.nextDeletions()).hasSize(1).doesNotContainAnyElementsOf(first);
  }

  private static void evaluateNext(SearchBoard board, SearchState state, double score) {
    Task task = board.nextEvaluation().orElseThrow();
    state.apply(event(board.evaluation(task), score));
    board.ended(task);
  }

  @Test
  void heldOutScoresAreTakenOfBaselinesAndTheBestAlone() throws Exception {
    run(search("", 3, "", 1, HELD_OUT), new SearchState(), SearchBoardTest::shareOfC);

    assertThat(evaluated.stream().filter(Task::heldOut))
        .extracting(task -> task.candidate().weights().toString())
        .containsExactlyInAnyOrder("1 0 0", "0 1 0", "0 0 1", "1/3 1/3 1/3", "0.2 0.2 0.6");
    assertThat(evaluated.getLast().heldOut()).isTrue();
  }

  @Test
  void whatIsRecordedIsNotEvaluatedAgain() throws Exception {
    Search search = search("", 3, "", 1, HELD_OUT);
    SearchState state = new SearchState();
    run(search, state, SearchBoardTest::shareOfC);
    evaluated.clear();

    SearchBoard again = run(search, state, SearchBoardTest::shareOfC);

    assertThat(evaluated).isEmpty();
    assertThat(again.evaluated()).isEqualTo(10);
  }

  @Test
  void aFailedCandidateIsKnownAndCannotBeTheBest() throws Exception {
    SearchBoard board =
        run(
            search("", 3, "", 1, ""),
            new SearchState(),
            candidate -> shareOfC(candidate) == 0.6 ? Double.NaN : shareOfC(candidate));

    assertThat(board.best().orElseThrow().weights()).hasToString("0.2 0.4 0.4");
    assertThat(board.known()).hasSize(10);
  }

  @Test
  void aBudgetCutsTheOrder() throws Exception {
    run(search("", 3, "  max_evaluations: 5", 1, ""), new SearchState(), _ -> 1.0);

    assertThat(evaluated).hasSize(5);
  }

  @Test
  void refinementGoesOnAroundTheBestUntilTheFinestStep() throws Exception {
    SearchBoard board =
        run(
            search(", refine: coordinate, finest_step: 0.05", 3, "", 1, ""),
            new SearchState(),
            candidate -> 1 - Math.abs(shareOfC(candidate) - 0.55));

    assertThat(board.best().orElseThrow().weights().share(2)).isEqualTo(0.55);
    assertThat(evaluated.subList(0, 10))
        .allMatch(task -> task.candidate().weights().denominator() <= 5);
  }

  @Test
  void coalitionsComeLastAndCannotBeTheBest() throws Exception {
    SearchBoard board =
        run(
            search("", 3, "  shapley: models", 1, ""),
            new SearchState(),
            candidate -> candidate.role() == Role.COALITION ? 9.0 : 1.0);

    assertThat(evaluated.subList(evaluated.size() - 3, evaluated.size()))
        .allMatch(task -> task.candidate().role() == Role.COALITION);
    assertThat(board.best().orElseThrow().role()).isNotEqualTo(Role.COALITION);
  }
}
