package dev.stockpot.coordinator.merge;

import dev.stockpot.coordinator.desk.BoardNews;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.protocol.api.LogLine.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a job's log tells of its workers: so many lines in a stretch of time and no more, for a
 * thousand workers may come or go at once. Knows no clock.
 */
final class Notes {

  static final int LINES = 20;
  static final Duration STRETCH = Duration.ofSeconds(10);

  private long beginNanos;
  private int lines;
  private int leftOut;

  Notes(long nowNanos) {
    this.beginNanos = nowNanos;
  }

  /** What to tell of this news; nothing where too much was told lately. */
  List<JobUpdate> of(BoardNews.TaskRetried retried, long nowNanos) {
    return note(
        Level.WARNING,
        "will try again, after %s: %s".formatted(retried.worker(), retried.failure().message()),
        nowNanos);
  }

  List<JobUpdate> of(BoardNews.Placed placed, long nowNanos) {
    return told(new JobUpdate.Placed(placed.where(), placed.why()), nowNanos);
  }

  List<JobUpdate> of(BoardNews.WorkerJoined joined, long nowNanos) {
    return note(Level.INFO, "worker %s joined".formatted(joined.worker()), nowNanos);
  }

  List<JobUpdate> of(BoardNews.TasksReturned returned, long nowNanos) {
    return note(
        Level.WARNING,
        "worker %s gave back %d %s: %s"
            .formatted(
                returned.worker(),
                returned.tasks(),
                returned.tasks() == 1 ? "task" : "tasks",
                returned.why()),
        nowNanos);
  }

  private List<JobUpdate> note(Level level, String message, long nowNanos) {
    return told(new JobUpdate.Noted(level, message), nowNanos);
  }

  private List<JobUpdate> told(JobUpdate news, long nowNanos) {
    List<JobUpdate> notes = new ArrayList<>(pending(nowNanos));
    if (lines < LINES) {
      lines++;
      notes.add(news);
    } else {
      leftOut++;
    }
    return notes;
  }

  /** How much was left out, once the stretch in which it was is over. */
  List<JobUpdate.Noted> pending(long nowNanos) {
    if (nowNanos - beginNanos < STRETCH.toNanos()) {
      return List.of();
    }
    List<JobUpdate.Noted> notes =
        leftOut == 0
            ? List.of()
            : List.of(
                new JobUpdate.Noted(
                    Level.WARNING, "%,d more such notes were left out".formatted(leftOut)));
    beginNanos = nowNanos;
    lines = 0;
    leftOut = 0;
    return notes;
  }
}
