package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.queue.Answer.Refused;
import dev.stockpot.coordinator.queue.state.QueueEvent.Submitted;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.Failure;
import dev.stockpot.plan.Plan;
import java.util.Optional;

/** What the queue hears: clients' requests, and its own messages. */
sealed interface QueueMessage permits JobRequest, QueueMessage.Internal {

  /** What only the queue sends to itself. Runs of jobs are named by number. */
  sealed interface Internal extends QueueMessage {}

  /** The state is what it was when the last coordinator ended. */
  record Recovered() implements Internal {}

  /** See which jobs may run. */
  record Schedule() implements Internal {}

  record SubmissionRead(Submitted submitted) implements Internal {}

  record SubmissionRefused(String id, Refused<JobRequest.Submitted> answer) implements Internal {}

  record OutputClaimed(long run, Plan plan, StagingArea staging) implements Internal {}

  record OutputNotClaimed(long run, Failure failure) implements Internal {}

  record ClaimAgain(long run) implements Internal {}

  record FromJob(long run, JobUpdate update) implements Internal {}

  /**
   * The job's actor is gone.
   *
   * @param crash if it failed as an actor
   */
  record JobStopped(long run, Optional<Throwable> crash) implements Internal {}

  /** The plan is carried out, or given up, and its output is not claimed any more. */
  record OutputReleased(long run, JobUpdate.End end) implements Internal {}

  record TellProgress() implements Internal {}
}
