package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.queue.QueueMessage.OutputClaimed;
import dev.stockpot.coordinator.queue.QueueMessage.OutputNotClaimed;
import dev.stockpot.coordinator.queue.QueueMessage.OutputReleased;
import dev.stockpot.coordinator.queue.state.QueueEvent;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.plan.Plan;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims and releases the outputs of plans. Blocks; knows no actor. */
final class OutputClaims {

  private static final Logger LOG = LoggerFactory.getLogger(OutputClaims.class);

  private final SubmissionCheck check;

  OutputClaims(SubmissionCheck check) {
    this.check = check;
  }

  /** Reads the plan that a run is at again, and claims its output. */
  QueueMessage claim(long run, QueueEvent.Submitted submission, int plan) {
    try {
      Plan read = check.plan(submission, plan);
      return new OutputClaimed(
          run, read, StagingArea.claim(read.output().path(), submission.replace()));
    } catch (SubmissionCheck.RefusedException e) {
      return new OutputNotClaimed(run, e.failure());
    } catch (MergeException e) {
      return new OutputNotClaimed(run, e.failure());
    }
  }

  /** Gives an output free whose job came to this end. */
  static QueueMessage release(long run, StagingArea staging, JobUpdate.End end) {
    try (staging) {
      if (JobUpdate.leavesNothing(end) && !isGone(end)) {
        staging.delete();
      }
    } catch (MergeException e) {
      LOG.warn("A staging area stays behind: {}", e.failure().message());
    }
    return new OutputReleased(run, end);
  }

  /** A commit deletes the area itself; whoever claimed it since may not lose it. */
  private static boolean isGone(JobUpdate.End end) {
    return end instanceof JobUpdate.Finished finished && !finished.summary().alreadyFinished();
  }

  /** As {@link #release}, where no work had begun. */
  static QueueMessage releaseCancelled(long run, StagingArea staging) {
    return release(run, staging, new JobUpdate.Cancelled(resumable(staging)));
  }

  /** As {@link #release}, where the job's actor failed. */
  static QueueMessage releaseCrashed(long run, StagingArea staging, Optional<Throwable> crash) {
    return release(run, staging, new JobUpdate.Failed(failure(crash), resumable(staging)));
  }

  private static Optional<Path> resumable(StagingArea staging) {
    return staging.hasWork() ? Optional.of(staging.root()) : Optional.empty();
  }

  private static Failure failure(Optional<Throwable> crash) {
    return new Failure(
        Failure.Kind.BUG,
        "the merge broke off: " + crash.map(Throwable::toString).orElse("it said nothing"));
  }
}
