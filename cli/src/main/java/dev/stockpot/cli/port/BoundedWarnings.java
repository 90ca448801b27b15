package dev.stockpot.cli.port;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Bounds what Pekko's remoting logs of messages that it cannot read: a line for each would let a
 * node that is damaged fill the disk. Made by logback by name; safe for any thread.
 */
public final class BoundedWarnings extends TurboFilter {

  private static final String REMOTING = "org.apache.pekko.remote";
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final int LINES = 10;

  private final Map<String, Window> windows = new HashMap<>();

  /** A minute of one logger. */
  private static final class Window {
    private final long start;
    private int lines;

    Window(long start) {
      this.start = start;
    }
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] parameters,
      @Nullable Throwable failure) {
    // Without a message it is a question, which levels answer.
    if (format == null
        || !logger.getName().startsWith(REMOTING)
        || !level.isGreaterOrEqual(Level.WARN)) {
      return FilterReply.NEUTRAL;
    }
    int lines = count(logger.getName(), System.nanoTime());
    if (lines == LINES) {
      logger
          .getLoggerContext()
          .getLogger(BoundedWarnings.class)
          .warn("Further lines of {} are passed over for a minute", logger.getName());
    }
    return lines < LINES ? FilterReply.NEUTRAL : FilterReply.DENY;
  }

  /** How many lines there were in this minute before this one. */
  private synchronized int count(String logger, long now) {
    Window window = windows.get(logger);
    if (window == null || now - window.start >= MINUTE) {
      window = new Window(now);
      windows.put(logger, window);
    }
    return window.lines++;
  }
}
