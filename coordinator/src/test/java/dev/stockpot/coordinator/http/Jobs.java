package dev.stockpot.coordinator.http;

import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Jobs and log lines to answer with. */
final class Jobs {

  static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678Z");

  private Jobs() {}

  static JobView job(String id, JobStatus status) {
    return job(id, status, 0);
  }

  static JobView job(String id, JobStatus status, int doneTasks) {
    return new JobView(
        id,
        status,
        3,
        "plan.yaml",
        List.of("/models/soup"),
        0,
        1,
        TIME,
        status == JobStatus.QUEUED ? Optional.empty() : Optional.of(TIME.plusSeconds(1)),
        status.isTerminal() ? Optional.of(TIME.plusSeconds(2)) : Optional.empty(),
        new JobProgress(doneTasks, 10, 1, 0, 100L * doneTasks, 1_000, 2),
        status == JobStatus.FAILED
            ? Optional.of(new JobView.JobFailure("OUT_OF_DISK", "the disk is full", true))
            : Optional.empty());
  }

  static LogLine line(long sequence) {
    return new LogLine(sequence, TIME, LogLine.Level.WARNING, "line " + sequence);
  }
}
