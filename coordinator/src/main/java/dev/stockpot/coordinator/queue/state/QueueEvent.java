package dev.stockpot.coordinator.queue.state;

import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.JobView.JobFailure;
import dev.stockpot.protocol.api.LogLine;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What happened, as the queue's journal keeps it; JSON by {@link QueueJson}. */
public sealed interface QueueEvent extends QueueRecord {

  Instant time();

  /** What happened to a job. */
  sealed interface OfJob extends QueueEvent {
    /** Of the job. */
    String id();
  }

  /**
   * The job was accepted.
   *
   * @param plan the text that was submitted
   * @param directory that the text's paths are relative to
   * @param outputs of its plans, in order
   * @param places of those outputs with links followed
   */
  record Submitted(
      String id,
      Instant time,
      String plan,
      String directory,
      String source,
      int priority,
      boolean replace,
      List<String> outputs,
      List<String> places)
      implements OfJob {
    public Submitted {
      outputs = List.copyOf(outputs);
      places = List.copyOf(places);
    }

    /** Of a submission whose plans have not been read. */
    public static Submitted unread(String id, Instant time, JobSubmission submission) {
      return new Submitted(
          id,
          time,
          submission.plan(),
          submission.directory(),
          submission.source(),
          submission.priority(),
          submission.replace(),
          List.of(),
          List.of());
    }

    public Submitted writing(List<String> allOutputs, List<String> allPlaces) {
      return new Submitted(
          id, time, plan, directory, source, priority, replace, allOutputs, allPlaces);
    }

    /** Whether the submission asks for the same. How it calls the plan makes no difference. */
    public boolean isOf(JobSubmission other) {
      return plan.equals(other.plan())
          && directory.equals(other.directory())
          && priority == other.priority()
          && replace == other.replace();
    }
  }

  /** The job left the queue. */
  record Started(String id, Instant time) implements OfJob {}

  /**
   * A plan's output is in its place.
   *
   * @param plan from 0
   * @param result for people
   */
  record PlanFinished(String id, Instant time, int plan, String result) implements OfJob {}

  /** Somebody wants the job to end; it is not queued and may still run. */
  record CancelRequested(String id, Instant time) implements OfJob {}

  /**
   * Nothing more happens to the job unless somebody asks for it.
   *
   * @param status a terminal one
   * @param failure if it failed
   * @param staging where merged tensors wait for a retry, if any do
   * @param progress of the plan that it was at
   */
  record Ended(
      String id,
      Instant time,
      JobStatus status,
      JobProgress progress,
      Optional<JobFailure> failure,
      Optional<String> staging)
      implements OfJob {}

  /** The job, which had ended, is queued again. */
  record Retried(String id, Instant time) implements OfJob {}

  /** The job, which had ended, is forgotten. */
  record Deleted(String id, Instant time) implements OfJob {}

  /** Something for the job's log. */
  record Noted(String id, Instant time, LogLine.Level level, String message) implements OfJob {}

  /** The worker is to finish what it has and to take nothing more, whenever it is here. */
  record WorkerDrained(String worker, Instant time) implements QueueEvent {}

  /** The worker may take work again. */
  record WorkerResumed(String worker, Instant time) implements QueueEvent {}
}
