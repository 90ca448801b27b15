package dev.stockpot.cli.console;

import java.util.Locale;

/** How far a merge has come, how fast, and how long it will take, in one line. */
public final class ProgressLine {

  private static final int BAR = 24;

  private final boolean bar;
  private final long startNanos = System.nanoTime();
  private long startBytes = -1;

  /**
   * A line for a merge that begins, or goes on, now.
   *
   * @param bar whether to draw one
   */
  public ProgressLine(boolean bar) {
    this.bar = bar;
  }

  /** The line for what is done now. */
  public String at(long doneBytes, long bytes, int workers) {
    if (startBytes < 0) {
      startBytes = doneBytes;
    }
    double part = bytes == 0 ? 1 : (double) doneBytes / bytes;
    double seconds = Math.max(1e-3, (System.nanoTime() - startNanos) / 1e9);
    double rate = (doneBytes - startBytes) / seconds;
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "%3d%% ", (int) (part * 100)));
    if (bar) {
      int filled = (int) Math.round(Math.clamp(part, 0, 1) * BAR);
      line.append("█".repeat(filled)).append("░".repeat(BAR - filled)).append(' ');
    }
    line.append(Sizes.format(doneBytes)).append(" of ").append(Sizes.format(bytes));
    if (rate > 0) {
      line.append(", ").append(Sizes.format((long) rate)).append("/s, ");
      line.append(left(Math.round((bytes - doneBytes) / rate)));
    }
    if (workers == 0) {
      line.append(", waiting for a worker");
    }
    return line.toString();
  }

  private static String left(long seconds) {
    return seconds >= 60 ? seconds / 60 + " min " + seconds % 60 + " s left" : seconds + " s left";
  }
}
