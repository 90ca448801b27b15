package dev.stockpot.coordinator.search;

import dev.stockpot.soce.report.SearchPage;
import dev.stockpot.soce.report.SearchReport;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Failed;
import dev.stockpot.soce.report.SearchReport.Scores;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A report as files: a page for people, the leaderboard for spreadsheets, all for programs. */
final class ReportFiles {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private ReportFiles() {}

  /** By name. */
  static Map<String, byte[]> of(SearchReport report) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("report.html", SearchPage.render(report).getBytes(StandardCharsets.UTF_8));
    files.put("report.json", JSON.writeValueAsBytes(json(report)));
    files.put("leaderboard.csv", csv(report).getBytes(StandardCharsets.UTF_8));
    return files;
  }

  private static Map<String, Object> json(SearchReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", report.name());
    json.put("finishedAt", report.finishedAt().toString());
    json.put("objective", report.objective());
    json.put("best", report.best().map(best -> best.weights().toString()).orElse(""));
    json.put("models", report.models());
    json.put("experts", report.selection().models());
    json.put("leaderboard", report.leaderboard().stream().map(ReportFiles::json).toList());
    List<Map<String, Object>> shapley = new ArrayList<>();
    report
        .shapley()
        .forEach(value ->
            shapley.add(
                inOrder(
                    "player",
                    value.player().stream().map(report.models()::get).toList(),
                    "value",
                    value.value())));
    json.put("shapley", shapley);
    Map<String, String> facts = new LinkedHashMap<>();
    report.facts().forEach(fact -> facts.put(fact.name(), fact.value()));
    json.put("facts", facts);
    json.put("plan", report.plan());
    return json;
  }

  private static Map<String, Object> json(Entry entry) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", entry.name());
    json.put("role", entry.role().name());
    json.put("weights", entry.weights().toString());
    switch (entry.outcome()) {
      case Scores scores -> json.put("scores", json(scores));
      case Failed(String reason) -> json.put("failed", reason);
    }
    entry.heldOut().ifPresent(scores -> json.put("heldOut", json(scores)));
    return json;
  }

  private static Map<String, Object> json(Scores scores) {
    return inOrder("objective", scores.objective(), "categories", scores.categories());
  }

  /** As written, so that a report has the same bytes each time; {@link Map#of} has no order. */
  private static Map<String, Object> inOrder(
      String first, Object firstValue, String second, Object secondValue) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(first, firstValue);
    map.put(second, secondValue);
    return map;
  }

  private static String csv(SearchReport report) {
    List<String> categories =
        report.entries().stream()
            .flatMap(entry -> entry.scores().stream())
            .findFirst()
            .map(scores -> List.copyOf(scores.categories().keySet()))
            .orElse(List.of());
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("name", "role", "weights", "objective"));
    head.addAll(categories);
    head.add("held out objective");
    categories.forEach(category -> head.add("held out " + category));
    head.add("failed");
    lines.add(head);
    for (Entry entry : report.leaderboard()) {
      List<String> line =
          new ArrayList<>(List.of(entry.name(), entry.role().name(), entry.weights().toString()));
      addScores(line, entry.scores(), categories);
      addScores(line, entry.heldOut(), categories);
      line.add(entry.outcome() instanceof Failed(String reason) ? reason : "");
      lines.add(line);
    }
    return lines.stream()
        .map(line -> line.stream().map(ReportFiles::cell).collect(Collectors.joining(",")))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static void addScores(
      List<String> line, Optional<Scores> scores, List<String> categories) {
    line.add(scores.map(s -> String.valueOf(s.objective())).orElse(""));
    for (String category : categories) {
      line.add(scores.map(s -> String.valueOf(s.categories().get(category))).orElse(""));
    }
  }

  /** As RFC 4180 quotes. */
  private static String cell(String text) {
    return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
