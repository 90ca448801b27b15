package dev.stockpot.coordinator.queue.state;

import dev.stockpot.coordinator.queue.state.QueueEvent.Submitted;
import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.JobView.JobFailure;
import dev.stockpot.protocol.api.LogLine.Level;
import java.time.Instant;
import java.util.Optional;

/** A job as its events have made it. Confined to the queue's actor, and changed in place. */
public final class QueuedJob {

  /** What a job costs beside its texts, about. */
  private static final int OVERHEAD = 1_000;

  private final Submitted submission;
  private final JobLog log;
  private JobStatus status = JobStatus.QUEUED;
  private int plan;
  private int attempt = 1;
  private boolean cancelRequested;
  private Optional<Instant> started = Optional.empty();
  private Optional<Instant> ended = Optional.empty();
  private Optional<JobFailure> failure = Optional.empty();
  private JobProgress progress = JobProgress.NONE;

  private QueuedJob(Submitted submission, JobLog log) {
    this.submission = submission;
    this.log = log;
  }

  public static QueuedJob accepted(Submitted submission) {
    QueuedJob job = new QueuedJob(submission, new JobLog());
    job.note(submission.time(), Level.INFO, "accepted with priority " + submission.priority());
    return job;
  }

  public static QueuedJob of(QueueSnapshot.Job kept) {
    QueuedJob job = new QueuedJob(kept.submission(), new JobLog(kept.log(), kept.lines()));
    job.status = kept.status();
    job.plan = kept.plan();
    job.attempt = kept.attempt();
    job.cancelRequested = kept.cancelRequested();
    job.started = kept.started();
    job.ended = kept.ended();
    job.failure = kept.failure();
    job.progress = kept.progress();
    return job;
  }

  public QueueSnapshot.Job snapshot() {
    return new QueueSnapshot.Job(
        submission,
        status,
        plan,
        attempt,
        cancelRequested,
        started,
        ended,
        failure,
        progress,
        log.kept(),
        log.last());
  }

  public void apply(QueueEvent.OfJob event) {
    switch (event) {
      case Submitted _ -> throw new IllegalStateException(submission.id() + " is there already");
      case QueueEvent.Deleted _ -> throw new IllegalStateException(submission.id() + " is gone");
      case QueueEvent.Started at -> {
        status = JobStatus.PLANNING;
        started = Optional.of(at.time());
        note(at.time(), Level.INFO, attempt == 1 ? "started" : "started, attempt " + attempt);
      }
      case QueueEvent.PlanFinished finished -> {
        plan = Math.min(finished.plan() + 1, submission.outputs().size() - 1);
        note(finished.time(), Level.INFO, finished.result());
      }
      case QueueEvent.CancelRequested at -> {
        cancelRequested = true;
        note(at.time(), Level.INFO, "to be cancelled");
      }
      case QueueEvent.Ended end -> end(end);
      case QueueEvent.Retried at -> {
        status = JobStatus.QUEUED;
        plan = 0;
        attempt++;
        cancelRequested = false;
        started = Optional.empty();
        ended = Optional.empty();
        failure = Optional.empty();
        progress = JobProgress.NONE;
        note(at.time(), Level.INFO, "queued again, attempt " + attempt);
      }
      case QueueEvent.Noted noted -> note(noted.time(), noted.level(), noted.message());
    }
  }

  private void end(QueueEvent.Ended end) {
    status = end.status();
    ended = Optional.of(end.time());
    failure = end.failure();
    progress = end.progress();
    String kept =
        end.staging().map(at -> "; what is merged is kept in " + at + " for a retry").orElse("");
    switch (end.status()) {
      case DONE -> note(end.time(), Level.INFO, "done");
      case CANCELLED -> note(end.time(), Level.WARNING, "cancelled" + kept);
      default ->
          note(
              end.time(),
              Level.ERROR,
              "failed: " + end.failure().map(JobFailure::message).orElse("unknown") + kept);
    }
  }

  private void note(Instant time, Level level, String message) {
    log.add(time, level, message);
  }

  public Submitted submission() {
    return submission;
  }

  public String id() {
    return submission.id();
  }

  public JobLog log() {
    return log;
  }

  /** QUEUED, PLANNING for all that left the queue, or a terminal one. */
  public JobStatus status() {
    return status;
  }

  public boolean isQueued() {
    return status == JobStatus.QUEUED;
  }

  public boolean hasStarted() {
    return !isQueued() && !status.isTerminal();
  }

  /** When it came to its terminal status. */
  public Instant ended() {
    return ended.orElse(Instant.MIN);
  }

  /** Which of its plans it is at, from 0. */
  public int plan() {
    return plan;
  }

  public int plans() {
    return submission.outputs().size();
  }

  public boolean cancelRequested() {
    return cancelRequested;
  }

  /** About the memory that it takes, in bytes. */
  public long size() {
    return OVERHEAD + submission.plan().length() + log.characters();
  }

  /** As clients see it while it does not run. */
  public JobView view() {
    return view(status, progress);
  }

  /** As clients see it while it runs. */
  public JobView view(JobStatus now, JobProgress soFar) {
    return new JobView(
        id(),
        now,
        submission.priority(),
        submission.source(),
        submission.outputs(),
        plan,
        attempt,
        submission.time(),
        started,
        ended,
        soFar,
        failure);
  }
}
