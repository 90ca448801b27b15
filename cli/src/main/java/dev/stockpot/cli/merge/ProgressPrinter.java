package dev.stockpot.cli.merge;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.ProgressWriter;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.MergeProgressed;
import dev.stockpot.coordinator.order.JobUpdate.MergeStarted;

/** Tells on standard error how a merge goes. */
final class ProgressPrinter {

  private final ProgressWriter err;

  ProgressPrinter(ProgressWriter err) {
    this.err = err;
  }

  void on(JobUpdate update) {
    switch (update) {
      case MergeStarted started -> onStarted(started);
      case MergeProgressed now -> err.progress(now.doneBytes(), now.bytes(), now.workers());
      case JobUpdate.Committing _ -> err.redraw("committing");
      case JobUpdate.Placed placed -> err.line(Printable.lines(placed.line()));
      case JobUpdate.Noted noted -> onNoted(noted);
      case JobUpdate.End _ -> err.redraw("");
      case JobUpdate.OfSearch _ -> {}
    }
  }

  private void onNoted(JobUpdate.Noted noted) {
    switch (noted.level()) {
      case INFO -> {}
      case WARNING, ERROR -> warning(noted.message());
    }
  }

  private void warning(String text) {
    err.line("warning: " + Printable.indented(text, 2));
  }

  private void onStarted(MergeStarted started) {
    err.begin();
    started.planned().warnings().forEach(this::warning);
    err.line(PlanSummary.line(started.planned()));
    if (started.kept() + started.revoked() > 0) {
      err.line(
          "going on where an earlier run stopped: %d of %d pieces are done%s"
              .formatted(
                  started.kept(),
                  started.planned().tasks().size(),
                  started.revoked() == 0
                      ? ""
                      : ", " + started.revoked() + " were damaged and are merged again"));
    }
  }
}
