package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.order.JobSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.queue.state.QueueEvent;
import dev.stockpot.coordinator.queue.state.QueueEvent.Submitted;
import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.merge.Failure;
import dev.stockpot.plan.Plan;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView.JobFailure;
import dev.stockpot.protocol.api.LogLine;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A job that runs without a queue: tells those who keep a history what a queue would tell of it.
 * Hears of one update after the other.
 */
public final class LoneJob implements Consumer<JobUpdate> {

  private final QueuedJob job;
  private final JobRun run;
  private final Consumer<HistoryEvent> history;
  private final InstantSource clock = InstantSource.system();

  /** Begins now. */
  public LoneJob(String id, Plan plan, boolean replace, Consumer<HistoryEvent> history) {
    this.history = history;
    this.job =
        QueuedJob.accepted(
            new Submitted(
                id,
                clock.instant(),
                "",
                "",
                plan.source().toString(),
                0,
                replace,
                List.of(plan.output().path().toString()),
                List.of()));
    this.run = new JobRun(job, 1, 0);
    job.apply(new QueueEvent.Started(id, clock.instant()));
    changed();
    logged(0);
  }

  @Override
  public void accept(JobUpdate update) {
    run.on(update);
    history.accept(new HistoryEvent.JobUpdated(clock.millis(), job.id(), update));
    long known = job.log().last();
    LogSentences.of(job, update)
        .filter(_ -> run.takesNote())
        .map(said ->
            new QueueEvent.Noted(
                job.id(), now(), said.level(), LogSentences.wellFormed(said.text())))
        .ifPresent(job::apply);
    if (update instanceof JobUpdate.End end) {
      end(end);
    }
    changed();
    logged(known);
  }

  private void end(JobUpdate.End end) {
    switch (end) {
      case JobUpdate.Finished(JobSummary summary) -> {
        job.apply(new QueueEvent.PlanFinished(job.id(), now(), 0, LogSentences.of(job, summary)));
        ended(JobStatus.DONE, Optional.empty(), Optional.empty());
      }
      case JobUpdate.Failed(Failure failure, Optional<Path> kept) ->
          ended(JobStatus.FAILED, Optional.of(LogSentences.told(failure, kept)), kept);
      case JobUpdate.Cancelled(Optional<Path> kept) ->
          ended(JobStatus.CANCELLED, Optional.empty(), kept);
    }
  }

  private void ended(JobStatus status, Optional<JobFailure> failure, Optional<Path> kept) {
    job.apply(
        new QueueEvent.Ended(
            job.id(), now(), status, run.progress(), failure, kept.map(Path::toString)));
  }

  private Instant now() {
    return clock.instant();
  }

  private void changed() {
    history.accept(
        new HistoryEvent.JobChanged(
            clock.millis(),
            job.status().isTerminal() ? job.view() : job.view(run.status(), run.progress())));
  }

  private void logged(long known) {
    for (LogLine line : job.log().after(known)) {
      history.accept(new HistoryEvent.JobLogged(clock.millis(), job.id(), line));
    }
  }
}
