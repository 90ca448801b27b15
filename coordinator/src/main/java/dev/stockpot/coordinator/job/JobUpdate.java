package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.desk.BoardNews;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.api.LogLine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What a job tells whoever follows it, in the order in which it happens. */
public sealed interface JobUpdate {

  /** The last that is heard of a job. */
  sealed interface End extends JobUpdate {}

  /**
   * The merge is planned and merging begins.
   *
   * @param kept tasks that an earlier run finished and whose bytes were found intact
   * @param revoked tasks that an earlier run recorded but whose bytes were not
   */
  record Started(PlannedMerge planned, int kept, int revoked) implements JobUpdate {}

  /**
   * How far the job is.
   *
   * @param doneTasks tasks done, kept ones included
   * @param doneBytes bytes of output tensors that are done, kept ones included
   * @param workers that hold leases of this job
   * @param returned tasks that lost, expired or failed leases gave back so far
   */
  record Progressed(
      int doneTasks, int tasks, long doneBytes, long bytes, int workers, long returned)
      implements JobUpdate {}

  /** As {@link BoardNews.Placed}. */
  record Placed(String where, String why) implements JobUpdate {
    /** {@code merging on the GPU: ...}. */
    public String line() {
      return where + ": " + why;
    }
  }

  /** Something worth a line in the job's log. There are never many in a short time. */
  record Noted(LogLine.Level level, String message) implements JobUpdate {}

  /** All tensors are merged; the output is being put into its place. */
  record Committing() implements JobUpdate {}

  /** The output is in its place. */
  record Finished(Summary summary) implements End {}

  /**
   * The job ended without an output.
   *
   * @param resumable where finished tensors wait for another run, if any do
   */
  record Failed(Failure failure, Optional<Path> resumable) implements End {}

  /**
   * The job was cancelled.
   *
   * @param resumable where finished tensors wait for another run, if any do and are to be kept
   */
  record Cancelled(Optional<Path> resumable) implements End {}

  /**
   * A finished job, with all its soups.
   *
   * @param alreadyFinished whether the output of this very plan was there before
   * @param tensors of each soup
   * @param merged tasks done by this run
   * @param kept tasks taken over from an earlier run
   * @param returned tasks that a lost or failed lease gave back
   * @param threadTimes of all merging threads together
   */
  record Summary(
      Path output,
      boolean alreadyFinished,
      int tensors,
      int merged,
      int kept,
      long returned,
      long inputBytes,
      long outputBytes,
      long nan,
      long infinity,
      Duration elapsed,
      StageNanos threadTimes) {}
}
