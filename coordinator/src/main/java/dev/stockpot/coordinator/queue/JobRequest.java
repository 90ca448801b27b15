package dev.stockpot.coordinator.queue;

import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import dev.stockpot.protocol.api.WorkerDrain;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** What clients ask of the queue of jobs. Never crosses a node. */
public sealed interface JobRequest extends QueueMessage {

  /**
   * Accept this plan.
   *
   * @param replyTo hears once the job stands in the journal
   */
  record Submit(JobSubmission submission, ActorRef<Answer<Submitted>> replyTo)
      implements JobRequest {}

  /**
   * An accepted job.
   *
   * @param created false where the same submission had been accepted before
   */
  record Submitted(JobView job, boolean created) {}

  record Cancel(String id, ActorRef<Answer<JobView>> replyTo) implements JobRequest {}

  /** Queue a failed or cancelled job again; what it merged before is kept. */
  record Retry(String id, ActorRef<Answer<JobView>> replyTo) implements JobRequest {}

  /** Forget a job that has ended, and its log; its output stays. Answered as it was. */
  record Delete(String id, ActorRef<Answer<JobView>> replyTo) implements JobRequest {}

  /** Give the worker of that name no work, until it is resumed. */
  record Drain(String worker, ActorRef<Answer<WorkerDrain>> replyTo) implements JobRequest {}

  /** Give the worker of that name work again. */
  record Resume(String worker, ActorRef<Answer<WorkerDrain>> replyTo) implements JobRequest {}

  record GetJob(String id, ActorRef<Answer<JobView>> replyTo) implements JobRequest {}

  /** All jobs that are remembered, the latest first. */
  record ListJobs(ActorRef<List<JobView>> replyTo) implements JobRequest {}

  record GetLog(String id, long after, ActorRef<Answer<List<LogLine>>> replyTo)
      implements JobRequest {}

  /**
   * Tell the subscriber of the job as it is now, of the log's lines after that sequence number, and
   * of all that happens, until the job's end or until it stops.
   */
  record Follow(String id, long after, ActorRef<JobNews> subscriber) implements JobRequest {}

  record Unfollow(String id, ActorRef<JobNews> subscriber) implements JobRequest {}
}
