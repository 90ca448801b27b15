package dev.stockpot.cli.soce;

import dev.stockpot.checkpoint.Printable;
import dev.stockpot.cli.console.Ages;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.coordinator.search.Outcome;
import dev.stockpot.coordinator.search.Search;
import dev.stockpot.coordinator.search.SearchUpdate;
import dev.stockpot.merge.plan.SearchPlan;
import dev.stockpot.protocol.api.LogLine.Level;
import java.io.PrintWriter;
import java.util.Locale;

/** Tells on standard error how a search goes: a line for each evaluation. */
final class SearchProgress {

  private final PrintWriter err;

  SearchProgress(PrintWriter err) {
    this.err = err;
  }

  void on(SearchUpdate update) {
    switch (update) {
      case SearchUpdate.Started started -> onStarted(started);
      case SearchUpdate.Evaluated evaluated -> onEvaluated(evaluated);
      case SearchUpdate.Placed(String line) -> err.println(Printable.line(line));
      case SearchUpdate.Noted(Level level, String message) -> {
        if (level != Level.INFO) {
          err.println("warning: " + Printable.indented(message, 2));
        }
      }
      case SearchUpdate.Merging _, SearchUpdate.End _ -> {}
    }
    err.flush();
  }

  private void onStarted(SearchUpdate.Started started) {
    Search search = started.search();
    SearchPlan plan = search.plan();
    err.printf(
        "experts: %s (of %s)%n",
        Printable.line(String.join(", ", search.selection().models())),
        Printable.line(String.join(", ", search.selection().low().categories())));
    int onDisk = plan.search().candidatesOnDisk();
    err.printf(
        "%,d candidates, %,d of them known already; disk: up to %d at a time, %s in all%n",
        started.candidates(),
        started.known(),
        onDisk,
        Sizes.format(search.candidateBytes() * onDisk));
  }

  private void onEvaluated(SearchUpdate.Evaluated evaluated) {
    String result =
        switch (evaluated.outcome()) {
          case Outcome.Scored _ when evaluated.value().isPresent() ->
              String.format(Locale.ROOT, "%.4f", evaluated.value().getAsDouble());
          case Outcome.Scored _ -> "held out";
          case Outcome.Failed(String reason, _) -> "failed: " + Printable.line(reason);
        };
    err.printf(
        "%d/%d  %s  %s%s%n",
        evaluated.evaluated(),
        evaluated.candidates(),
        Printable.line(evaluated.name()),
        result,
        evaluated
            .remaining()
            .filter(left -> !left.isZero())
            .map(left -> "  (about " + Ages.exact(left) + " left)")
            .orElse(""));
  }
}
