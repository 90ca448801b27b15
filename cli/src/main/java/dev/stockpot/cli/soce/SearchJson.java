package dev.stockpot.cli.soce;

import dev.stockpot.coordinator.order.JobSummary.SearchSummary;
import dev.stockpot.soce.report.SearchReport;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Failed;
import dev.stockpot.soce.report.SearchReport.Scores;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a finished search found, for programs. */
final class SearchJson {

  private SearchJson() {}

  static Map<String, Object> of(SearchSummary finished) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("output", finished.output().toString());
    json.put("report", finished.reportDirectory().toString());
    json.put("alreadyFinished", finished.report().isEmpty());
    finished.report().ifPresent(report -> add(report, json));
    return json;
  }

  private static void add(SearchReport report, Map<String, Object> json) {
    json.put("objective", report.objective());
    json.put("experts", report.selection().models());
    report.best().ifPresent(best -> json.put("best", of(best)));
    json.put("leaderboard", report.leaderboard().stream().map(SearchJson::of).toList());
  }

  private static Map<String, Object> of(Entry entry) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", entry.name());
    json.put("role", entry.role().name().toLowerCase(Locale.ROOT));
    json.put("weights", entry.weights().toString());
    switch (entry.outcome()) {
      case Scores scores -> {
        json.put("score", scores.objective());
        json.put("categories", scores.categories());
      }
      case Failed(String reason) -> json.put("failed", reason);
    }
    entry.heldOut().ifPresent(scores -> json.put("heldOut", scores.categories()));
    return json;
  }
}
