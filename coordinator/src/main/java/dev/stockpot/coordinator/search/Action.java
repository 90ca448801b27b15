package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.MergeOrder;
import java.time.Duration;
import java.util.List;

/**
 * What a {@link SearchCourse} has done; it hears what comes of it as something {@link Happened}.
 */
sealed interface Action {

  /** Read all that the plan names. */
  record ReadPlan() implements Action {}

  /** Find what an earlier run left on disk. */
  record FindFiles(Search search) implements Action {}

  /** Say when that time is over. */
  record Wake(Duration after) implements Action {}

  /** Look for what earlier searches found, by the evaluations' names. */
  record LookUp(Search search, List<String> evaluations) implements Action {}

  /**
   * Run an evaluator.
   *
   * @param evaluation its name
   */
  record Evaluate(Search search, Task task, String evaluation) implements Action {}

  /** Claim a place for candidates that are to be merged. */
  record Claim(Search search, List<Candidate> batch) implements Action {}

  record Merge(List<Candidate> batch, MergeOrder order) implements Action {}

  /** Give the place of a batch up, whose merge came to this end. */
  record Release(List<Candidate> batch, MergeOrder order, JobUpdate.End end) implements Action {}

  record Delete(List<Candidate> candidates) implements Action {}

  /** Put the best soup into its place, with the report of what the board knows. */
  record Commit(Search search, SearchBoard board, Candidate best) implements Action {}

  record Tell(JobUpdate update) implements Action {}

  /** Ask all that is under way to end. */
  record StopAll() implements Action {}
}
