package dev.stockpot.cli.merge;

import dev.stockpot.cli.ProgressLine;
import dev.stockpot.coordinator.job.JobUpdate;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * Tells on standard error how a merge goes: one line that is redrawn where that is a terminal, a
 * plain line every ten seconds elsewhere.
 */
final class ProgressPrinter {

  private static final long PLAIN_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter err;
  private final boolean terminal;
  private ProgressLine line;
  private long lastPlain = System.nanoTime();

  /**
   * A printer for one merge.
   *
   * @param terminal whether {@code err} is a terminal
   */
  ProgressPrinter(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
    this.line = new ProgressLine(terminal);
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
      case JobUpdate.Placed placed -> line(placed.line());
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
      case WARNING, ERROR -> line("warning: " + noted.message());
    }
  }

  private void line(String text) {
    err.println((terminal ? CLEAR_LINE : "") + text);
    err.flush();
  }

  private void onStarted(JobUpdate.Started started) {
    line = new ProgressLine(terminal);
    lastPlain = System.nanoTime();
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
    String text = line.at(progress.doneBytes(), progress.bytes(), progress.workers());
    long now = System.nanoTime();
    if (terminal) {
      err.print(CLEAR_LINE + text);
      err.flush();
    } else if (now - lastPlain >= PLAIN_INTERVAL_NANOS) {
      lastPlain = now;
      err.println(text);
      err.flush();
    }
  }
}
