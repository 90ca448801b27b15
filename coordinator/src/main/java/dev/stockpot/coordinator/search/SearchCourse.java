package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.evaluate.Evaluation;
import dev.stockpot.coordinator.order.JobSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.BatchStarted;
import dev.stockpot.coordinator.order.JobUpdate.CandidateEvaluated;
import dev.stockpot.coordinator.order.JobUpdate.End;
import dev.stockpot.coordinator.order.JobUpdate.SearchStarted;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.protocol.api.LogLine.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The phases of a search, and what it does in each about what happens. Knows no actor, no clock and
 * no file; never changes, but for the {@link SearchBoard} that a phase holds.
 *
 * @param staging where what is recorded waits for another run
 */
record SearchCourse(Path staging, Phase phase) {

  /** Where a search is. */
  sealed interface Phase {}

  /** What an earlier run left is put in order, and the plan and all that it names is read. */
  record Preparing() implements Phase {}

  /**
   * Candidates are merged, evaluated and deleted as the board says.
   *
   * @param told whether the follower knows how many there are
   */
  record Searching(Run run, boolean told) implements Phase {}

  /** The best is put into its place. */
  record Committing(Run run) implements Phase {}

  /** Nothing more is begun; it is over when nothing is under way any more. */
  record Ending(Optional<Run> run, End how) implements Phase {}

  /**
   * What is known while candidates are evaluated.
   *
   * @param places where candidates were merged so far, as the follower was told
   */
  record Run(Search search, SearchBoard board, Pace pace, Set<String> places) {
    Run {
      places = Set.copyOf(places);
    }
  }

  /** What comes of it. */
  record Step(SearchCourse next, List<Action> actions) {
    Step {
      actions = List.copyOf(actions);
    }
  }

  /** At the start of a run. */
  static SearchCourse begin(Path staging) {
    return new SearchCourse(staging, new Preparing());
  }

  /** How it ends, as soon as nothing is under way; empty before that is known. */
  Optional<End> end() {
    return phase instanceof Ending ending ? Optional.of(ending.how()) : Optional.empty();
  }

  /**
   * Goes on.
   *
   * @param state what is recorded, the events of what happened among it
   */
  Step on(Happened happened, SearchState state) {
    return switch (happened) {
      case Happened.Restored _ -> unlessEnding(new Action.ReadPlan());
      case Happened.PlanRead(Search search, Optional<JobSummary> finished) ->
          finished.isPresent()
              ? end(new JobUpdate.Finished(finished.get()))
              : unlessEnding(new Action.FindFiles(search));
      case Happened.FilesFound(Search search, Set<Candidate> found) ->
          phase instanceof Preparing ? begin(search, found, state) : stay();
      case Happened.LookedUp _ -> onBoard(SearchBoard::lookedUp);
      case Happened.Deleted(List<Candidate> gone) -> onBoard(board -> board.deleted(gone));
      case Happened.TimeOver _ -> onTimeOver();
      case Happened.Evaluated evaluated -> onEvaluated(evaluated);
      case Happened.BatchClaimed(List<Candidate> batch, var order) ->
          stay(
              end().isPresent()
                  ? new Action.Release(batch, order, new JobUpdate.Cancelled(Optional.empty()))
                  : new Action.Merge(batch, order));
      case Happened.MergeTold(JobUpdate update) -> onMergeTold(update);
      case Happened.BatchEnded(List<Candidate> batch, var order, End end) ->
          stay(new Action.Release(batch, order, end));
      case Happened.BatchReleased(List<Candidate> batch, End end) ->
          switch (end) {
            case JobUpdate.Finished _ -> onBoard(board -> board.merged(batch));
            case JobUpdate.Failed(Failure failure, _) -> fail(failure, state);
            case JobUpdate.Cancelled _ -> end(new JobUpdate.Cancelled(resumable(state)));
          };
      case Happened.Committed(JobSummary summary) -> end(new JobUpdate.Finished(summary));
      case Happened.StepFailed(Failure failure) -> fail(failure, state);
      case Happened.Cancelled _ ->
          phase instanceof Committing ? stay() : end(new JobUpdate.Cancelled(resumable(state)));
    };
  }

  /** Empty before candidates are known. */
  Optional<Run> run() {
    return switch (phase) {
      case Preparing _ -> Optional.empty();
      case Searching searching -> Optional.of(searching.run());
      case Committing committing -> Optional.of(committing.run());
      case Ending ending -> ending.run();
    };
  }

  private Step to(Phase next, Action... actions) {
    return new Step(new SearchCourse(staging, next), List.of(actions));
  }

  private Step stay(Action... actions) {
    return new Step(this, List.of(actions));
  }

  private Step fail(Failure failure, SearchState state) {
    return end(new JobUpdate.Failed(failure, resumable(state)));
  }

  private Optional<Path> resumable(SearchState state) {
    return state.isEmpty() ? Optional.empty() : Optional.of(staging);
  }

  private Step end(End how) {
    return phase instanceof Ending ? stay() : to(new Ending(run(), how), new Action.StopAll());
  }

  private Step unlessEnding(Action action) {
    return phase instanceof Ending ? stay() : stay(action);
  }

  private Step begin(Search search, Set<Candidate> found, SearchState state) {
    SearchBoard board = new SearchBoard(search, state, found::contains, MergePlanner.MOST_SOUPS);
    List<Action> actions = new ArrayList<>();
    for (String warning : search.planned().warnings()) {
      actions.add(new Action.Tell(new JobUpdate.Noted(Level.WARNING, warning)));
    }
    search.plan().search().maxTime().map(Action.Wake::new).ifPresent(actions::add);
    Run run = new Run(search, board, Pace.of(search.plan().evaluate().parallel()), Set.of());
    return advance(new Searching(run, false), actions);
  }

  /** What changes the board, and what can be done then. */
  private Step onBoard(Consumer<SearchBoard> change) {
    run().map(Run::board).ifPresent(change);
    return phase instanceof Searching searching ? advance(searching, List.of()) : stay();
  }

  private Step onTimeOver() {
    if (!(phase instanceof Searching searching) || searching.run().board().isComplete()) {
      return stay();
    }
    searching.run().board().closeEarly();
    return advance(
        searching,
        List.of(
            new Action.Tell(
                new JobUpdate.Noted(
                    Level.WARNING, "the time is over: no further candidate is evaluated"))));
  }

  private Step onEvaluated(Happened.Evaluated evaluated) {
    Run run = run().orElseThrow();
    SearchBoard board = run.board();
    Task task = evaluated.task();
    if (evaluated.evaluation() instanceof Evaluation.NotEvaluated(String reason, String logTail)) {
      board.passed(task, new Outcome.Failed(reason, logTail));
    }
    board.ended(task);
    if (evaluated.evaluation() instanceof Evaluation.Cancelled) {
      return goOn(run, List.of());
    }
    Run paced =
        evaluated.evaluation() instanceof Evaluation.Scored scored
            ? new Run(run.search(), board, run.pace().plus(scored.took()), run.places())
            : run;
    return goOn(paced, List.of(new Action.Tell(told(paced, task))));
  }

  private static CandidateEvaluated told(Run run, Task task) {
    SearchBoard board = run.board();
    int done = board.evaluated();
    int all = board.candidates();
    return new CandidateEvaluated(
        run.search().text(task.candidate().weights()),
        task.heldOut() ? OptionalDouble.empty() : board.value(task.candidate()),
        board.outcome(task).orElseThrow() instanceof Outcome.Failed(String reason, _)
            ? Optional.of(reason)
            : Optional.empty(),
        done,
        all,
        run.pace().remaining(all - done));
  }

  /** Nearly every batch is placed like the one before, if for other figures: that is told once. */
  private Step onMergeTold(JobUpdate update) {
    Run run = run().orElseThrow();
    return switch (update) {
      case JobUpdate.Placed placed when !run.places().contains(placed.where()) -> {
        Set<String> places = new HashSet<>(run.places());
        places.add(placed.where());
        yield goOn(
            new Run(run.search(), run.board(), run.pace(), places),
            List.of(new Action.Tell(placed)));
      }
      case JobUpdate.Noted noted -> stay(new Action.Tell(noted));
      case JobUpdate.Placed _,
          JobUpdate.Committing _,
          JobUpdate.End _,
          JobUpdate.OfMerge _,
          JobUpdate.OfSearch _ ->
          stay();
    };
  }

  /** In the same phase, with what a run now knows. */
  private Step goOn(Run run, List<Action> actions) {
    return switch (phase) {
      case Searching searching -> advance(new Searching(run, searching.told()), actions);
      case Ending ending ->
          new Step(new SearchCourse(staging, new Ending(Optional.of(run), ending.how())), actions);
      case Committing _, Preparing _ -> new Step(this, actions);
    };
  }

  /** Does all that can be done now. */
  private Step advance(Searching at, List<Action> before) {
    Search search = at.run().search();
    SearchBoard board = at.run().board();
    List<Action> actions = new ArrayList<>(before);
    List<String> unknown = board.toLookUp().stream().map(board::evaluation).toList();
    if (!unknown.isEmpty()) {
      actions.add(new Action.LookUp(search, unknown));
    }
    if (board.isLooking()) {
      return new Step(new SearchCourse(staging, at), actions);
    }
    if (!at.told()) {
      actions.add(new Action.Tell(started(search, board)));
    }
    List<Candidate> obsolete = board.nextDeletions();
    if (!obsolete.isEmpty()) {
      actions.add(new Action.Delete(obsolete));
    }
    for (Optional<Task> next = board.nextEvaluation();
        next.isPresent();
        next = board.nextEvaluation()) {
      actions.add(new Action.Evaluate(search, next.get(), board.evaluation(next.get())));
    }
    List<Candidate> batch = board.nextBatch();
    if (!batch.isEmpty()) {
      actions.add(new Action.Tell(new BatchStarted(batch.size())));
      actions.add(new Action.Claim(search, batch));
    }
    Phase next = new Searching(at.run(), true);
    if (board.isComplete()) {
      if (board.best().isPresent()) {
        actions.add(new Action.Commit(search, board, board.best().get()));
        next = new Committing(at.run());
      } else {
        actions.add(new Action.StopAll());
        next =
            new Ending(
                Optional.of(at.run()),
                new JobUpdate.Failed(Reporting.nothingScored(search, board), Optional.empty()));
      }
    }
    return new Step(new SearchCourse(staging, next), actions);
  }

  private static SearchStarted started(Search search, SearchBoard board) {
    return new SearchStarted(
        search.selection().models(),
        search.selection().low().categories(),
        board.candidates(),
        board.evaluated(),
        search.candidateBytes(),
        search.plan().search().candidatesOnDisk());
  }
}
