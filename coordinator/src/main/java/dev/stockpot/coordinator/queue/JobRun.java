package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.files.PatientStep;
import dev.stockpot.coordinator.order.JobOrder;
import dev.stockpot.coordinator.order.JobStarter.CancelJob;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.SearchDetail;
import dev.stockpot.coordinator.queue.state.JobLog;
import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** A job that runs: what is not worth a journal. Confined to the queue's actor. */
final class JobRun {

  /** Lines of a run's log that its work may write. */
  private static final int MAX_NOTES = JobLog.MAX_LINES;

  private final QueuedJob job;
  private final long number;
  private final long patientUntilNanos;
  private JobStatus status = JobStatus.PLANNING;
  private JobProgress progress = JobProgress.NONE;
  private Optional<StagingArea> staging = Optional.empty();
  private Optional<JobOrder> order = Optional.empty();
  private @Nullable ActorRef<CancelJob> actor;
  private Optional<JobUpdate.End> end = Optional.empty();
  private Optional<PatientStep<?>> claim = Optional.empty();
  private long candidateBytes;
  private boolean waiting;
  private int notes;

  /**
   * A run that is about to claim its first output.
   *
   * @param number of this run, unlike any other of this queue
   * @param patientUntilNanos until when it tries again to claim an output
   */
  JobRun(QueuedJob job, long number, long patientUntilNanos) {
    this.job = job;
    this.number = number;
    this.patientUntilNanos = patientUntilNanos;
  }

  QueuedJob job() {
    return job;
  }

  long number() {
    return number;
  }

  JobStatus status() {
    return status;
  }

  JobProgress progress() {
    return progress;
  }

  Optional<StagingArea> staging() {
    return staging;
  }

  boolean isPatient(long nowNanos) {
    return patientUntilNanos - nowNanos > 0;
  }

  /** Whether this is the first time that it has to wait. */
  boolean beginsToWait() {
    boolean first = !waiting;
    waiting = true;
    return first;
  }

  /** Whether a note is still to be kept; the last one that is says so. */
  boolean takesNote() {
    return notes++ < MAX_NOTES;
  }

  boolean isLastNote() {
    return notes == MAX_NOTES;
  }

  /** Its output is being claimed. */
  void claims(PatientStep<?> step) {
    claim = Optional.of(step);
  }

  /** Whether its output was being claimed, and is not wanted any more. */
  boolean abandonsClaim() {
    return claim.map(PatientStep::abandon).orElse(false);
  }

  void begin(StagingArea claimed) {
    staging = Optional.of(claimed);
  }

  void begin(JobOrder ordered, ActorRef<CancelJob> running) {
    order = Optional.of(ordered);
    actor = running;
  }

  /** Whether that is the actor that carries it out. */
  boolean isDoneBy(ActorRef<?> other) {
    return actor != null && actor.equals(other);
  }

  /** What is carried out; empty before that is begun. */
  Optional<JobOrder> order() {
    return order;
  }

  void cancel() {
    if (actor != null) {
      actor.tell(new CancelJob());
    }
  }

  /** How that ended, if it has said so. */
  Optional<JobUpdate.End> end() {
    return end;
  }

  void on(JobUpdate update) {
    switch (update) {
      case JobUpdate.MergeStarted started -> {
        status = JobStatus.RUNNING;
        progress =
            new JobProgress(
                started.kept(),
                started.planned().tasks().size(),
                started.kept(),
                0,
                0,
                started.planned().outputBytes(),
                0);
      }
      case JobUpdate.MergeProgressed now -> {
        status = JobStatus.RUNNING;
        progress =
            new JobProgress(
                now.doneTasks(),
                now.tasks(),
                progress.keptTasks(),
                now.returned(),
                now.doneBytes(),
                now.bytes(),
                now.workers());
      }
      case JobUpdate.Committing _ -> status = JobStatus.COMMITTING;
      case JobUpdate.SearchStarted begun -> {
        candidateBytes = begun.candidateBytes();
        evaluated(begun.known(), begun.candidates());
      }
      case JobUpdate.CandidateEvaluated one -> evaluated(one.evaluated(), one.candidates());
      case JobUpdate.BatchStarted _, SearchDetail _, JobUpdate.Placed _, JobUpdate.Noted _ -> {}
      case JobUpdate.End last -> {
        end = Optional.of(last);
        if (last instanceof JobUpdate.Finished) {
          progress = finished();
        }
      }
    }
  }

  /**
   * To clients, a candidate counts as a task, and this node, which evaluates, as the one worker.
   */
  private void evaluated(int evaluated, int candidates) {
    status = JobStatus.RUNNING;
    progress =
        new JobProgress(
            evaluated,
            candidates,
            0,
            0,
            evaluated * candidateBytes,
            candidates * candidateBytes,
            1);
  }

  private JobProgress finished() {
    return new JobProgress(
        progress.tasks(),
        progress.tasks(),
        progress.keptTasks(),
        progress.returnedTasks(),
        progress.bytes(),
        progress.bytes(),
        progress.workers());
  }

  /** The output is in its place, and the job's next plan is planned. */
  void beginNext() {
    status = JobStatus.PLANNING;
    progress = JobProgress.NONE;
    staging = Optional.empty();
    order = Optional.empty();
    actor = null;
    end = Optional.empty();
  }
}
