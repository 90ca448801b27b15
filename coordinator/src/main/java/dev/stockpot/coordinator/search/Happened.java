package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.evaluate.Evaluation;
import dev.stockpot.coordinator.order.JobSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.merge.Failure;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a {@link SearchCourse} hears: what came of its {@link Action}s, and what nobody ordered. */
sealed interface Happened {

  /** What an earlier run's commit had begun is ended. */
  record Restored() implements Happened {}

  /**
   * The plan is read, and all that it names.
   *
   * @param finished if this very search's result stands in the output's place
   */
  record PlanRead(Search search, Optional<JobSummary> finished) implements Happened {}

  /** An earlier run left these, whole. */
  record FilesFound(Search search, Set<Candidate> candidates) implements Happened {}

  /** What earlier searches found is recorded. */
  record LookedUp(List<SearchEvent> found) implements Happened {}

  /**
   * An evaluation ended.
   *
   * @param event is recorded; empty if the evaluation says nothing about the candidate
   */
  record Evaluated(Task task, Evaluation evaluation, Optional<SearchEvent> event)
      implements Happened {}

  /** A batch may be merged. */
  record BatchClaimed(List<Candidate> batch, MergeOrder order) implements Happened {}

  /** A batch's merge told of itself; its end is {@link BatchEnded}. */
  record MergeTold(JobUpdate update) implements Happened {}

  /** A batch's merge has stopped. */
  record BatchEnded(List<Candidate> batch, MergeOrder order, JobUpdate.End end)
      implements Happened {}

  /** The place of a batch is given up. */
  record BatchReleased(List<Candidate> batch, JobUpdate.End end) implements Happened {}

  record Deleted(List<Candidate> candidates) implements Happened {}

  /** The best soup is in its place. */
  record Committed(JobSummary summary) implements Happened {}

  /** The search has taken as long as its plan allows. */
  record TimeOver() implements Happened {}

  record StepFailed(Failure failure) implements Happened {}

  record Cancelled() implements Happened {}

  /** What must be on storage before this counts. */
  default List<SearchEvent> events() {
    return switch (this) {
      case LookedUp(List<SearchEvent> found) -> found;
      case Evaluated evaluated -> evaluated.event().stream().toList();
      case Restored _,
          PlanRead _,
          FilesFound _,
          BatchClaimed _,
          MergeTold _,
          BatchEnded _,
          BatchReleased _,
          Deleted _,
          Committed _,
          TimeOver _,
          StepFailed _,
          Cancelled _ ->
          List.of();
    };
  }
}
