package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.queue.Answer.Ok;
import dev.stockpot.coordinator.queue.Answer.Reason;
import dev.stockpot.coordinator.queue.Answer.Refused;
import dev.stockpot.coordinator.queue.JobRequest.GetJob;
import dev.stockpot.coordinator.queue.JobRequest.GetLog;
import dev.stockpot.coordinator.queue.JobRequest.ListJobs;
import dev.stockpot.coordinator.queue.state.QueueState;
import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.util.List;

/**
 * Jobs as clients see them, and the requests that change nothing. Confined to the queue's actor.
 */
final class JobReader {

  private final JobRuns runs;

  JobReader(JobRuns runs) {
    this.runs = runs;
  }

  JobView view(QueuedJob job) {
    return runs.of(job.id())
        .map(run -> job.view(run.status(), run.progress()))
        .orElseGet(
            () -> job.hasStarted() ? job.view(JobStatus.QUEUED, JobProgress.NONE) : job.view());
  }

  void on(QueueState state, GetJob get) {
    get.replyTo()
        .tell(
            state
                .job(get.id())
                .<Answer<JobView>>map(job -> new Ok<>(view(job)))
                .orElseGet(() -> unknown(get.id())));
  }

  void on(QueueState state, ListJobs list) {
    list.replyTo().tell(state.latestFirst().stream().map(this::view).toList());
  }

  void on(QueueState state, GetLog get) {
    get.replyTo()
        .tell(
            state
                .job(get.id())
                .<Answer<List<LogLine>>>map(job -> new Ok<>(job.log().after(get.after())))
                .orElseGet(() -> unknown(get.id())));
  }

  static <T> Refused<T> unknown(String id) {
    return new Refused<>(Reason.NOT_FOUND, "there is no job '%s'".formatted(id), List.of());
  }
}
