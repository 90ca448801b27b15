package dev.stockpot.coordinator.queue.state;

import dev.stockpot.protocol.api.LogLine;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** The last lines of a job's log. Older ones are forgotten, and reading it says so. */
public final class JobLog {

  public static final int MAX_LINES = 1_000;
  private static final int MAX_MESSAGE = 8_192;

  private final Deque<LogLine> lines = new ArrayDeque<>();
  private long last;
  private long characters;

  public JobLog() {}

  /** As {@link #kept()} and {@link #last()} said. */
  public JobLog(List<LogLine> kept, long last) {
    this.last = last;
    kept.forEach(this::keep);
  }

  public void add(Instant time, LogLine.Level level, String message) {
    String cut =
        message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + " ..." : message;
    keep(new LogLine(++last, time, level, cut));
  }

  private void keep(LogLine line) {
    lines.add(line);
    characters += line.message().length();
    if (lines.size() > MAX_LINES) {
      characters -= lines.remove().message().length();
    }
  }

  /** Sequence number of the last line; 0 before the first. */
  public long last() {
    return last;
  }

  public List<LogLine> kept() {
    return List.copyOf(lines);
  }

  /** For bounding memory. */
  public long characters() {
    return characters;
  }

  /**
   * The lines with a higher sequence number. Where some of them are not kept any more, a line in
   * place of the last of those says so.
   */
  public List<LogLine> after(long sequence) {
    List<LogLine> after = new ArrayList<>();
    if (lines.isEmpty() || sequence >= last) {
      return after;
    }
    LogLine oldest = lines.getFirst();
    long lost = oldest.sequence() - 1 - Math.max(0, sequence);
    if (lost > 0) {
      after.add(
          new LogLine(
              oldest.sequence() - 1,
              oldest.time(),
              LogLine.Level.WARNING,
              "%,d earlier lines are not here any more: the last %,d are kept"
                  .formatted(lost, MAX_LINES)));
    }
    List<LogLine> newestFirst = new ArrayList<>();
    Iterator<LogLine> backwards = lines.descendingIterator();
    while (backwards.hasNext()) {
      LogLine line = backwards.next();
      if (line.sequence() <= sequence) {
        break;
      }
      newestFirst.add(line);
    }
    after.addAll(newestFirst.reversed());
    return after;
  }
}
