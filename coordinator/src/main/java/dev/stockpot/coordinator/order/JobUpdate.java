package dev.stockpot.coordinator.order;

import dev.stockpot.merge.Failure;
import dev.stockpot.protocol.api.LogLine;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a job tells whoever follows it, in the order in which it happens: a kind of job has updates
 * of its own, the rest is said alike.
 */
public sealed interface JobUpdate
    permits MergeUpdate,
        SearchUpdate,
        JobUpdate.Placed,
        JobUpdate.Noted,
        JobUpdate.Committing,
        JobUpdate.End {

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
