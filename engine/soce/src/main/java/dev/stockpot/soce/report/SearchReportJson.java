package dev.stockpot.soce.report;

import dev.stockpot.soce.Correlation;
import dev.stockpot.soce.CorrelationMatrix;
import dev.stockpot.soce.LowCorrelation;
import dev.stockpot.soce.Selection;
import dev.stockpot.soce.ShapleyValue;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Failed;
import dev.stockpot.soce.report.SearchReport.Scores;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** {@link SearchReport} for programs: one JSON object with all that the page says. */
public final class SearchReportJson {
  private static final JsonFactory JSON = new JsonFactory();

  private final SearchReport report;
  private final JsonGenerator json;

  private SearchReportJson(SearchReport report, JsonGenerator json) {
    this.report = report;
    this.json = json;
  }

  /** The whole document, which ends with a line break. */
  public static String render(SearchReport report) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      new SearchReportJson(report, json).write();
    }
    return out.append('\n').toString();
  }

  private void write() {
    json.writeStartObject();
    json.writeStringProperty("name", report.name());
    json.writeStringProperty("finished_at", report.finishedAt().toString());
    json.writeStringProperty("objective", report.objective());
    writeTexts("models", report.models());
    writeSelection(report.selection());
    report.best().ifPresent(best -> json.writeStringProperty("best", best.name()));
    json.writeArrayPropertyStart("leaderboard");
    report.leaderboard().forEach(this::writeEntry);
    json.writeEndArray();
    json.writeArrayPropertyStart("shapley");
    report.shapley().forEach(this::writeShapley);
    json.writeEndArray();
    json.writeArrayPropertyStart("correlations_after");
    writePairs(report.correlationsAfter());
    json.writeEndArray();
    json.writeObjectPropertyStart("facts");
    report.facts().forEach(fact -> json.writeStringProperty(fact.name(), fact.value()));
    json.writeEndObject();
    json.writeStringProperty("plan", report.plan());
    json.writeEndObject();
  }

  private void writeSelection(Selection selection) {
    LowCorrelation low = selection.low();
    json.writeObjectPropertyStart("selection");
    json.writeStringProperty("correlation", low.rule().planName());
    json.writeNumberProperty("threshold", low.threshold());
    writeTexts("categories", low.categories());
    writeTexts("models", selection.models());
    json.writeArrayPropertyStart("experts");
    selection
        .experts()
        .forEach(expert -> {
          json.writeStartObject();
          json.writeStringProperty("category", expert.category());
          json.writeStringProperty("model", expert.model());
          json.writeNumberProperty("score", expert.score());
          writeTexts("tied_with", expert.tiedWith());
          json.writeEndObject();
        });
    json.writeEndArray();
    json.writeArrayPropertyStart("correlations");
    writePairs(selection.matrix());
    json.writeEndArray();
    json.writeEndObject();
  }

  private void writePairs(CorrelationMatrix matrix) {
    List<String> names = matrix.categories();
    for (int i = 0; i < names.size(); i++) {
      for (int j = i + 1; j < names.size(); j++) {
        json.writeStartObject();
        json.writeStringProperty("first", names.get(i));
        json.writeStringProperty("second", names.get(j));
        switch (matrix.cell(i, j)) {
          case Correlation.Known(double rho, int models) -> {
            json.writeNumberProperty("correlation", rho);
            json.writeNumberProperty("models", models);
          }
          case Correlation.Unknown unknown -> json.writeStringProperty("unknown", unknown.reason());
        }
        json.writeEndObject();
      }
    }
  }

  private void writeEntry(Entry entry) {
    json.writeStartObject();
    json.writeStringProperty("name", entry.name());
    json.writeStringProperty("role", entry.role().name().toLowerCase(Locale.ROOT));
    json.writeArrayPropertyStart("weights");
    for (int model = 0; model < entry.weights().models(); model++) {
      json.writeString(entry.weights().text(model));
    }
    json.writeEndArray();
    switch (entry.outcome()) {
      case Scores scores -> writeScores("scores", scores);
      case Failed(String reason) -> json.writeStringProperty("failed", reason);
    }
    entry.heldOut().ifPresent(scores -> writeScores("held_out", scores));
    json.writeNumberProperty("seconds", entry.took().toMillis() / 1e3);
    json.writeEndObject();
  }

  private void writeScores(String name, Scores scores) {
    json.writeObjectPropertyStart(name);
    json.writeNumberProperty("objective", scores.objective());
    json.writeObjectPropertyStart("categories");
    scores.categories().forEach(json::writeNumberProperty);
    json.writeEndObject();
    json.writeEndObject();
  }

  private void writeShapley(ShapleyValue value) {
    json.writeStartObject();
    writeTexts("player", value.player().stream().map(report.models()::get).toList());
    json.writeNumberProperty("value", value.value());
    value.standardError().ifPresent(error -> json.writeNumberProperty("standard_error", error));
    json.writeEndObject();
  }

  private void writeTexts(String name, List<String> texts) {
    json.writeArrayPropertyStart(name);
    texts.forEach(json::writeString);
    json.writeEndArray();
  }
}
