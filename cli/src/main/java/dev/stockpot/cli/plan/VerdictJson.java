package dev.stockpot.cli.plan;

import dev.stockpot.coordinator.search.Search;
import dev.stockpot.merge.planner.PlannedMerge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Verdicts for programs. */
final class VerdictJson {

  private VerdictJson() {}

  static Map<String, Object> of(List<Verdict> verdicts) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("valid", verdicts.stream().noneMatch(Verdict.Invalid.class::isInstance));
    json.put("plans", verdicts.stream().map(VerdictJson::of).toList());
    return json;
  }

  private static Map<String, Object> of(Verdict verdict) {
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
