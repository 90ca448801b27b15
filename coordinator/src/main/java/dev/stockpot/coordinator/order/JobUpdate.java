package dev.stockpot.coordinator.order;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.api.LogLine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a job tells whoever follows it, in the order in which it happens: a kind of job has updates
 * of its own, the rest is said alike.
 */
public sealed interface JobUpdate {

  /** The last that is heard of a job. */
  sealed interface End extends JobUpdate {}

  /**
   * Where a node's tasks of this job are done, where it has a choice.
   *
   * @param where {@code merging on the GPU}
   */
  record Placed(String where, String why) implements JobUpdate {
    /** {@code merging on the GPU: ...}. */
    public String line() {
      return where + ": " + why;
    }
  }

  /** Something worth a line in the job's log. There are never many in a short time. */
  record Noted(LogLine.Level level, String message) implements JobUpdate {}

  /** All is merged; the output is being put into its place. */
  record Committing() implements JobUpdate {}

  /** What only a merge tells of itself. */
  sealed interface OfMerge extends JobUpdate {}

  /**
   * The merge is planned and merging begins.
   *
   * @param kept tasks that an earlier run finished and whose bytes were found intact
   * @param revoked tasks that an earlier run recorded but whose bytes were not
   */
  record MergeStarted(PlannedMerge planned, int kept, int revoked) implements OfMerge {}

  /**
   * How far the merge is.
   *
   * @param doneTasks tasks done, kept ones included
   * @param doneBytes bytes of output tensors that are done, kept ones included
   * @param workers that hold leases of this merge
   * @param returned tasks that lost, expired or failed leases gave back so far
   */
  record MergeProgressed(
      int doneTasks, int tasks, long doneBytes, long bytes, int workers, long returned)
      implements OfMerge {}

  /** What only a search tells of itself. */
  sealed interface OfSearch extends JobUpdate
      permits SearchStarted, BatchStarted, CandidateEvaluated, SearchDetail {}

  /**
   * Everything is read, and what is known from before is looked up.
   *
   * @param experts their names
   * @param categories of which they are the experts
   * @param candidates to be evaluated, refinement not counted
   * @param known of them, those whose evaluation is known from before
   * @param candidateBytes of one candidate on disk
   * @param candidatesOnDisk the most at a time
   */
  record SearchStarted(
      List<String> experts,
      List<String> categories,
      int candidates,
      int known,
      long candidateBytes,
      int candidatesOnDisk)
      implements OfSearch {
    public SearchStarted {
      experts = List.copyOf(experts);
      categories = List.copyOf(categories);
    }
  }

  /** Candidates are merged in one pass over the models. */
  record BatchStarted(int soups) implements OfSearch {}

  /**
   * An evaluation ended.
   *
   * @param name of the candidate, for people
   * @param value the objective's; empty where there are no scores, and where they choose nothing
   * @param failure why there are no scores, if there are none
   * @param evaluated candidates evaluated so far, of {@code candidates}
   * @param remaining about how long the rest will take
   */
  record CandidateEvaluated(
      String name,
      OptionalDouble value,
      Optional<String> failure,
      int evaluated,
      int candidates,
      Optional<Duration> remaining)
      implements OfSearch {

    /** {@code 0.1234}, {@code held out} or {@code failed: ...}. */
    public String result() {
      if (failure.isPresent()) {
        return "failed: " + failure.get();
      }
      return value.isPresent()
          ? String.format(Locale.ROOT, "%.4f", value.getAsDouble())
          : "held out";
    }
  }

  /** The output is in its place. */
  record Finished(JobSummary summary) implements End {}

  /**
   * The job ended without an output.
   *
   * @param resumable where what is done waits for another run, if anything does
   */
  record Failed(Failure failure, Optional<Path> resumable) implements End {}

  /**
   * The job was cancelled.
   *
   * @param resumable where what is done waits for another run, if anything does
   */
  record Cancelled(Optional<Path> resumable) implements End {}

  /** Whether a job that came to this end has nothing that another run could go on with. */
  static boolean leavesNothing(End end) {
    return switch (end) {
      case Finished _ -> true;
      case Failed failed -> failed.resumable().isEmpty();
      case Cancelled cancelled -> cancelled.resumable().isEmpty();
    };
  }
}
