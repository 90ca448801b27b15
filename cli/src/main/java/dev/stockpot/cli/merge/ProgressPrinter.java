package dev.stockpot.cli.merge;

import dev.stockpot.cli.Sizes;
import dev.stockpot.coordinator.job.JobUpdate;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * Tells on standard error how a merge goes: one line that is redrawn where that is a terminal, a
 * plain line every ten seconds elsewhere.
 */
final class ProgressPrinter {

  private static final long PLAIN_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int BAR = 24;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter err;
  private final boolean terminal;
  private long startNanos;
  private long startBytes = -1;
  private long lastPlain;

  /**
   * A printer for one merge.
   *
   * @param terminal whether {@code err} is a terminal
   */
  ProgressPrinter(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  void on(JobUpdate update) {
    switch (update) {
      case JobUpdate.Started started -> onStarted(started);
      case JobUpdate.Progressed progress -> onProgressed(progress);
      case JobUpdate.Committing _ -> {
        if (terminal) {
          err.print(CLEAR_LINE + "committing");
          err.flush();
        }
      }
      case JobUpdate.Noted noted -> onNoted(noted);
      case JobUpdate.End _ -> {
        if (terminal) {
          err.print(CLEAR_LINE);
          err.flush();
        }
      }
    }
  }

  private void onNoted(JobUpdate.Noted noted) {
    switch (noted.level()) {
      case INFO -> {}
      case WARNING, ERROR -> {
        err.println((terminal ? CLEAR_LINE : "") + "warning: " + noted.message());
        err.flush();
      }
    }
  }

  private void onStarted(JobUpdate.Started started) {
    startNanos = System.nanoTime();
    lastPlain = startNanos;
    started.planned().warnings().forEach(warning -> err.println("warning: " + warning));
    err.println(PlanSummary.line(started.planned()));
    if (started.kept() + started.revoked() > 0) {
      err.printf(
          "going on where an earlier run stopped: %d of %d pieces are done%s%n",
          started.kept(),
          started.planned().tasks().size(),
          started.revoked() == 0
              ? ""
              : ", " + started.revoked() + " were damaged and are merged again");
    }
    err.flush();
  }

  private void onProgressed(JobUpdate.Progressed progress) {
    long now = System.nanoTime();
    if (startBytes < 0) {
      startBytes = progress.doneBytes();
    }
    if (terminal) {
      err.print(CLEAR_LINE + line(progress, now));
      err.flush();
    } else if (now - lastPlain >= PLAIN_INTERVAL_NANOS) {
      lastPlain = now;
      err.println(line(progress, now));
      err.flush();
    }
  }

  private String line(JobUpdate.Progressed progress, long now) {
    double part = progress.bytes() == 0 ? 1 : (double) progress.doneBytes() / progress.bytes();
    double seconds = Math.max(1e-3, (now - startNanos) / 1e9);
    double rate = (progress.doneBytes() - startBytes) / seconds;
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "%3d%% ", (int) (part * 100)));
    if (terminal) {
      int filled = (int) Math.round(part * BAR);
      line.append("█".repeat(filled)).append("░".repeat(BAR - filled)).append(' ');
    }
    line.append(Sizes.format(progress.doneBytes()))
        .append(" of ")
        .append(Sizes.format(progress.bytes()));
    if (rate > 0) {
      long left = Math.round((progress.bytes() - progress.doneBytes()) / rate);
      line.append(", ").append(Sizes.format((long) rate)).append("/s, ");
      line.append(left >= 60 ? left / 60 + " min " + left % 60 + " s" : left + " s")
          .append(" left");
    }
    if (progress.workers() == 0) {
      line.append(", waiting for a worker");
    }
    return line.toString();
  }
}
