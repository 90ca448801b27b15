package dev.stockpot.cli.console;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tells on standard error how work goes: lines, and how far it is, in a line that is redrawn where
 * that is a terminal, and in a plain one every ten seconds elsewhere.
 */
public final class ProgressWriter {

  static final Duration PLAIN_INTERVAL = Duration.ofSeconds(10);
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter err;
  private final boolean terminal;
  private final LongSupplier nanos;
  private ProgressLine line;
  private long lastPlain;

  /**
   * A writer for work that begins now.
   *
   * @param terminal whether {@code err} is one
   */
  public ProgressWriter(PrintWriter err, boolean terminal) {
    this(err, terminal, System::nanoTime);
  }

  public ProgressWriter(PrintWriter err, boolean terminal, LongSupplier nanos) {
    this.err = err;
    this.terminal = terminal;
    this.nanos = nanos;
    this.line = new ProgressLine(terminal);
    this.lastPlain = nanos.getAsLong();
  }

  public boolean isTerminal() {
    return terminal;
  }

  /** What follows is the progress of something else. */
  public void begin() {
    line = new ProgressLine(terminal);
    lastPlain = nanos.getAsLong();
  }

  /** How far it is now. */
  public void progress(long doneBytes, long bytes, int workers) {
    String text = line.at(doneBytes, bytes, workers);
    long now = nanos.getAsLong();
    if (terminal) {
      redraw(text);
    } else if (now - lastPlain >= PLAIN_INTERVAL.toNanos()) {
      lastPlain = now;
      line(text);
    }
  }

  /** A line that stays; the redrawn one gives way, and comes back with the next progress. */
  public void line(String text) {
    err.println((terminal ? CLEAR_LINE : "") + text);
    err.flush();
  }

  /** Shows the text in the redrawn line's place, on a terminal only; an empty one clears it. */
  public void redraw(String text) {
    if (terminal) {
      err.print(CLEAR_LINE + text);
      err.flush();
    }
  }
}
