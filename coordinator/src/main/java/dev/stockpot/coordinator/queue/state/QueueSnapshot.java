package dev.stockpot.coordinator.queue.state;

import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView.JobFailure;
import dev.stockpot.protocol.api.LogLine;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that the queue's events have added up to, so that they need not be kept.
 *
 * @param jobs in order of submission
 * @param drained names of workers that are to take nothing
 */
public record QueueSnapshot(List<Job> jobs, Set<String> drained) implements QueueRecord {

  public QueueSnapshot {
    jobs = List.copyOf(jobs);
    drained = Set.copyOf(drained);
  }

  /** As release 0.1.0 wrote it. */
  public record First(List<Job> jobs) {
    QueueSnapshot snapshot() {
      return new QueueSnapshot(jobs, Set.of());
    }
  }

  /**
   * One job.
   *
   * @param submission as it was accepted
   * @param status QUEUED, PLANNING for one that left the queue, or a terminal one
   * @param plan which of its plans it is at
   * @param progress of one that ended
   * @param log the lines that are kept
   * @param lines that there ever were
   */
  public record Job(
      QueueEvent.Submitted submission,
      JobStatus status,
      int plan,
      int attempt,
      boolean cancelRequested,
      Optional<Instant> started,
      Optional<Instant> ended,
      Optional<JobFailure> failure,
      JobProgress progress,
      List<LogLine> log,
      long lines) {

    public Job {
      log = List.copyOf(log);
    }
  }
}
