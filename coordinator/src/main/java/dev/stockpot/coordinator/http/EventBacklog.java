package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.reply.ApiJson;
import dev.stockpot.coordinator.queue.JobNews;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a follower of a job has not taken yet, as server-sent events: the latest state of the job,
 * and the last lines of its log. However slow the follower is, it holds one state and a bounded
 * number of lines; a gap is told.
 *
 * <p>The id of an event is the number of the last log line that the follower has by then, so that
 * one who comes back with it as {@code Last-Event-ID} goes on with the next line. Job states need
 * none: who comes back hears the present one.
 */
final class EventBacklog {

  /**
   * Lines that were dropped.
   *
   * @param after the last line before the gap
   * @param missed how many are missing; the log has them
   */
  record Gap(long after, long missed) {}

  private final int mostLines;
  private final Deque<LogLine> lines = new ArrayDeque<>();
  private @Nullable JobView job;
  private long lastLine;
  private long missed;
  private boolean ended;

  /**
   * Nothing to tell.
   *
   * @param after number of the last line that the follower has
   */
  EventBacklog(long after, int mostLines) {
    this.lastLine = after;
    this.mostLines = mostLines;
  }

  void add(JobNews news) {
    switch (news) {
      case JobNews.JobChanged(JobView changed) -> {
        job = changed;
        ended |= changed.status().isTerminal();
      }
      case JobNews.Logged(LogLine line) -> {
        lines.add(line);
        if (lines.size() > mostLines) {
          lines.remove();
          missed++;
        }
      }
      case JobNews.Unknown _ -> ended = true;
    }
  }

  boolean isEmpty() {
    return lines.isEmpty() && job == null;
  }

  /** Nothing comes after what is held now. */
  boolean isLast() {
    return ended;
  }

  /** Takes everything, the lines before the state, so that the end of a job comes last. */
  String take() {
    StringBuilder events = new StringBuilder();
    if (missed > 0) {
      Gap gap = new Gap(lastLine, missed);
      lastLine += missed;
      event(events, "gap", gap);
    }
    for (LogLine line : lines) {
      lastLine = line.sequence();
      event(events, "log", line);
    }
    if (job != null) {
      event(events, "job", job);
    }
    lines.clear();
    missed = 0;
    job = null;
    return events.toString();
  }

  /** JSON has no line breaks of its own, so the data is one line. */
  private void event(StringBuilder events, String name, Object data) {
    events
        .append("id: ")
        .append(lastLine)
        .append("\nevent: ")
        .append(name)
        .append("\ndata: ")
        .append(ApiJson.text(data))
        .append("\n\n");
  }
}
