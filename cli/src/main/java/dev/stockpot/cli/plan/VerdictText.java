package dev.stockpot.cli.plan;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.coordinator.search.Search;
import dev.stockpot.merge.planner.PlannedMerge;
import java.io.PrintWriter;
import java.util.Locale;

/** Verdicts for people. */
final class VerdictText {

  private VerdictText() {}

  /** Prints a line about each valid plan to {@code out}; problems and warnings to {@code err}. */
  static void print(Verdict verdict, PrintWriter out, PrintWriter err) {
    switch (verdict) {
      case Verdict.Valid(String plan, PlannedMerge planned) -> {
        planned
            .warnings()
            .forEach(warning -> err.println(plan + ": warning: " + Printable.line(warning)));
        out.println(plan + ": valid: " + summary(planned));
      }
      case Verdict.ValidSearch(String plan, Search search) -> {
        search
            .planned()
            .warnings()
            .forEach(line -> err.println(plan + ": warning: " + Printable.line(line)));
        out.println(plan + ": valid: " + summary(search));
      }
      case Verdict.Deferred(String plan, var awaited) ->
          out.println(
              plan
                  + ": valid as far as can be told: it reads "
                  + awaited
                  + ", which an earlier plan writes");
      case Verdict.Invalid(String plan, var lines, var problems) -> {
        lines.forEach(line -> err.println(Printable.lines(line)));
        err.println(plan + ": not valid: " + count(problems.size(), "problem"));
      }
    }
  }

  private static String summary(PlannedMerge planned) {
    return "%s, %s, %s, %s"
        .formatted(
            count(planned.plan().models().size(), "model"),
            count(planned.layout().tensors().size(), "tensor"),
            Sizes.format(planned.outputBytes()),
            count(planned.layout().shards().size(), "shard"));
  }

  private static String summary(Search search) {
    return "%s, of which %s are experts (%s), %s of %s each"
        .formatted(
            count(search.models(), "model"),
            search.experts().size(),
            String.join(", ", search.selection().models()),
            count(search.firstCandidates().size(), "candidate"),
            Sizes.format(search.candidateBytes()));
  }

  private static String count(int n, String noun) {
    return String.format(Locale.ROOT, "%,d %s%s", n, noun, n == 1 ? "" : "s");
  }
}
