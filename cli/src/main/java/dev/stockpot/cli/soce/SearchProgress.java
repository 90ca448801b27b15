package dev.stockpot.cli.soce;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.Ages;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.BatchStarted;
import dev.stockpot.coordinator.order.JobUpdate.CandidateEvaluated;
import dev.stockpot.coordinator.order.JobUpdate.SearchStarted;
import dev.stockpot.coordinator.order.SearchDetail;
import dev.stockpot.protocol.api.LogLine.Level;
import java.io.PrintWriter;

/** Tells on standard error how a search goes: a line for each evaluation. */
final class SearchProgress {

  private final PrintWriter err;

  SearchProgress(PrintWriter err) {
    this.err = err;
  }

  void on(JobUpdate update) {
    switch (update) {
      case SearchStarted started -> onStarted(started);
      case CandidateEvaluated evaluated -> onEvaluated(evaluated);
      case JobUpdate.Placed placed -> err.println(Printable.line(placed.line()));
      case JobUpdate.Noted(Level level, String message) -> {
        if (level != Level.INFO) {
          err.println("warning: " + Printable.indented(message, 2));
        }
      }
      case BatchStarted _,
          SearchDetail _,
          JobUpdate.OfMerge _,
          JobUpdate.Committing _,
          JobUpdate.End _ -> {}
    }
    err.flush();
  }

  private void onStarted(SearchStarted started) {
    err.printf(
        "experts: %s (of %s)%n",
        Printable.line(String.join(", ", started.experts())),
        Printable.line(String.join(", ", started.categories())));
    int onDisk = started.candidatesOnDisk();
    err.printf(
        "%,d candidates, %,d of them known already; disk: up to %d at a time, %s in all%n",
        started.candidates(),
        started.known(),
        onDisk,
        Sizes.format(started.candidateBytes() * onDisk));
  }

  private void onEvaluated(CandidateEvaluated evaluated) {
    err.printf(
        "%d/%d  %s  %s%s%n",
        evaluated.evaluated(),
        evaluated.candidates(),
        Printable.line(evaluated.name()),
        Printable.line(evaluated.result()),
        evaluated
            .remaining()
            .filter(left -> !left.isZero())
            .map(left -> "  (about " + Ages.exact(left) + " left)")
            .orElse(""));
  }
}
