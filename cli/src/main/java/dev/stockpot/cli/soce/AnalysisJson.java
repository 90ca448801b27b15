package dev.stockpot.cli.soce;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.experts.Analysis;
import dev.stockpot.soce.experts.Choice;
import dev.stockpot.soce.experts.Correlation;
import dev.stockpot.soce.experts.CorrelationMatrix;
import dev.stockpot.soce.experts.Expert;
import dev.stockpot.soce.experts.Selection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@link Analysis} for programs. */
final class AnalysisJson {

  private AnalysisJson() {}

  static Map<String, Object> of(Analysis analysis) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("scores", analysis.source());
    json.put("models", analysis.population().models().size());
    json.put("candidates", analysis.candidates().models());
    json.put(
        "categories",
        analysis.population().categories().stream()
            .map(category -> Map.of("name", category, "missing", analysis.missing(category)))
            .toList());
    json.put("correlations", correlations(analysis.matrix()));
    analysis.selection().ifPresent(selection -> json.put("selection", of(selection)));
    Map<String, Object> choices = new LinkedHashMap<>();
    for (CorrelationRule rule : CorrelationRule.values()) {
      choices.put(rule.planName(), analysis.choices(rule).stream().map(AnalysisJson::of).toList());
    }
    json.put("thresholds", choices);
    return json;
  }

  private static List<Map<String, Object>> correlations(CorrelationMatrix matrix) {
    List<Map<String, Object>> pairs = new ArrayList<>();
    List<String> names = matrix.categories();
    for (int i = 0; i < names.size(); i++) {
      for (int j = i + 1; j < names.size(); j++) {
        Map<String, Object> pair = new LinkedHashMap<>();
        pair.put("first", names.get(i));
        pair.put("second", names.get(j));
        switch (matrix.cell(i, j)) {
          case Correlation.Known(double rho, int models) -> {
            pair.put("correlation", rho);
            pair.put("models", models);
          }
          case Correlation.Unknown unknown -> pair.put("unknown", unknown.reason());
        }
        pairs.add(pair);
      }
    }
    return pairs;
  }

  private static Map<String, Object> of(Selection selection) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("correlation", selection.low().rule().planName());
    json.put("threshold", selection.low().threshold());
    json.put("categories", selection.low().categories());
    json.put("pairs", selection.low().pairs());
    json.put("experts", selection.experts().stream().map(AnalysisJson::of).toList());
    json.put("models", selection.models());
    json.put("soups", AnalysisText.soups(selection.models().size()));
    return json;
  }

  private static Map<String, Object> of(Choice choice) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("above", choice.step().above());
    if (Double.isFinite(choice.step().upTo())) {
      json.put("up_to", choice.step().upTo());
    }
    json.put("categories", choice.step().categories());
    json.put("experts", choice.experts().stream().map(AnalysisJson::of).toList());
    json.put("models", choice.models());
    json.put("soups", AnalysisText.soups(choice.models().size()));
    return json;
  }

  private static Map<String, Object> of(Expert expert) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("category", expert.category());
    json.put("model", expert.model());
    json.put("score", expert.score());
    json.put("tied_with", expert.tiedWith());
    json.put("unscored", expert.unscored());
    return json;
  }
}
