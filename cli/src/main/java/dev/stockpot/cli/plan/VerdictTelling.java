package dev.stockpot.cli.plan;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.Numbers;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.coordinator.search.Search;
import dev.stockpot.merge.planner.PlannedMerge;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Verdicts, for people and for programs. */
final class VerdictTelling {

  private VerdictTelling() {}

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
        err.println(plan + ": not valid: " + Numbers.count(problems.size(), "problem"));
      }
    }
  }

  private static String summary(PlannedMerge planned) {
    return "%s, %s, %s, %s"
        .formatted(
            Numbers.count(planned.plan().models().size(), "model"),
            Numbers.count(planned.layout().tensors().size(), "tensor"),
            Sizes.format(planned.outputBytes()),
            Numbers.count(planned.layout().shards().size(), "shard"));
  }

  private static String summary(Search search) {
    return "%s, of which %s are experts (%s), %s of %s each"
        .formatted(
            Numbers.count(search.models(), "model"),
            search.experts().size(),
            String.join(", ", search.selection().models()),
            Numbers.count(search.firstCandidates().size(), "candidate"),
            Sizes.format(search.candidateBytes()));
  }

  static Map<String, Object> json(List<Verdict> verdicts) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("valid", verdicts.stream().noneMatch(Verdict.Invalid.class::isInstance));
    json.put("plans", verdicts.stream().map(VerdictTelling::json).toList());
    return json;
  }

  private static Map<String, Object> json(Verdict verdict) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("plan", verdict.plan());
    switch (verdict) {
      case Verdict.Valid(_, PlannedMerge planned) -> {
        json.put("verdict", "valid");
        json.put("output", planned.plan().output().path().toString());
        json.put("models", planned.plan().models().size());
        json.put("tensors", planned.layout().tensors().size());
        json.put("inputBytes", planned.inputBytes());
        json.put("outputBytes", planned.outputBytes());
        json.put("shards", planned.layout().shards().size());
        json.put("warnings", planned.warnings());
      }
      case Verdict.ValidSearch(_, Search search) -> {
        json.put("verdict", "valid");
        json.put("output", search.plan().output().path().toString());
        json.put("models", search.plan().models().size());
        json.put("experts", search.selection().models());
        json.put("candidates", search.firstCandidates().size());
        json.put("outputBytes", search.candidateBytes());
        json.put("warnings", search.planned().warnings());
      }
      case Verdict.Deferred deferred -> {
        json.put("verdict", "deferred");
        json.put("awaits", deferred.awaited().toString());
      }
      case Verdict.Invalid invalid -> {
        json.put("verdict", "invalid");
        json.put("problems", invalid.problems());
      }
    }
    return json;
  }
}
