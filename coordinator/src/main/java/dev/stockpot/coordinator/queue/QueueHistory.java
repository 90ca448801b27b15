package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.queue.state.QueueState;
import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.protocol.api.LogLine;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Tells those who keep a history what happens to jobs. Confined to the queue's actor. */
final class QueueHistory {

  /** Of a job that this process has just heard of, and of so many jobs that have ended. */
  private static final int LINES = 500;

  private static final int ENDED = 50;

  private final Consumer<HistoryEvent> history;
  private final JobReader reader;
  private final InstantSource clock;

  QueueHistory(Consumer<HistoryEvent> history, JobReader reader, InstantSource clock) {
    this.history = history;
    this.reader = reader;
    this.clock = clock;
  }

  /** All jobs, as they were when the last coordinator ended. */
  void recovered(QueueState state) {
    List<QueuedJob> jobs = new ArrayList<>(state.latestFirst());
    int ended = 0;
    List<QueuedJob> logged = new ArrayList<>();
    for (QueuedJob job : jobs) {
      ended += job.status().isTerminal() ? 1 : 0;
      if (!job.status().isTerminal() || ended <= ENDED) {
        logged.add(job);
      }
    }
    jobs.reversed().forEach(this::changed);
    logged.forEach(job -> logged(job, LINES));
  }

  /** The job is not what it was. */
  void changed(QueuedJob job) {
    history.accept(new HistoryEvent.JobChanged(clock.millis(), reader.view(job)));
  }

  /** The job's log has so many new lines, or fewer. */
  void logged(QueuedJob job, int lines) {
    for (LogLine line : job.log().after(job.log().last() - lines)) {
      history.accept(new HistoryEvent.JobLogged(clock.millis(), job.id(), line));
    }
  }

  void told(QueuedJob job, JobUpdate update) {
    history.accept(new HistoryEvent.JobUpdated(clock.millis(), job.id(), update));
  }

  /** These jobs are forgotten. */
  void gone(List<String> jobs) {
    jobs.forEach(job -> history.accept(new HistoryEvent.JobDeleted(clock.millis(), job)));
  }
}
