package dev.stockpot.coordinator.queue;

import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView.JobFailure;
import dev.stockpot.protocol.api.LogLine;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that the queue's events have added up to, so that they need not be kept.
 *
 * @param jobs in order of submission
 */
record QueueSnapshot(List<Job> jobs) implements QueueRecord {

  QueueSnapshot {
    jobs = List.copyOf(jobs);
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
  record Job(
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

    Job {
      log = List.copyOf(log);
    }
  }
}
