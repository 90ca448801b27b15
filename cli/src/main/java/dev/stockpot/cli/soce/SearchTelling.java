package dev.stockpot.cli.soce;

import dev.stockpot.cli.console.Table;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.cli.embedded.LocalRun;
import dev.stockpot.coordinator.order.JobSummary;
import dev.stockpot.coordinator.order.JobSummary.SearchSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.soce.report.SearchReport;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Failed;
import dev.stockpot.soce.report.SearchReport.Role;
import dev.stockpot.soce.report.SearchReport.Scores;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What is said of searches. */
public final class SearchTelling implements LocalRun.Telling {

  private static final int SHOWN = 10;

  @Override
  public Consumer<JobUpdate> progress(PrintWriter err) {
    return new SearchProgress(err)::on;
  }

  @Override
  public String kept() {
    return "What was evaluated so far";
  }

  @Override
  public List<String> lines(JobSummary summary) {
    return lines((SearchSummary) summary);
  }

  @Override
  public Map<String, Object> json(JobSummary summary) {
    return json((SearchSummary) summary);
  }

  private static Map<String, Object> json(SearchSummary finished) {
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
    report.best().ifPresent(best -> json.put("best", json(best)));
    json.put("leaderboard", report.leaderboard().stream().map(SearchTelling::json).toList());
  }

  private static Map<String, Object> json(Entry entry) {
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

  private static List<String> lines(SearchSummary finished) {
    List<String> lines = new ArrayList<>();
    finished
        .report()
        .ifPresentOrElse(
            report -> add(report, lines),
            () -> lines.add("this search's result is there already; nothing to do"));
    lines.add("report: " + finished.reportDirectory().resolve("report.html"));
    return lines;
  }

  private static void add(SearchReport report, List<String> lines) {
    Table table = new Table("", "SOUP", "WHAT", "SCORE", "HELD OUT");
    List<Entry> board = report.leaderboard();
    for (int i = 0; i < board.size(); i++) {
      Entry entry = board.get(i);
      boolean best = report.best().equals(Optional.of(entry));
      if (i < SHOWN || entry.role() != Role.CANDIDATE || isFailed(entry) || best) {
        table.add(
            best ? "best" : String.valueOf(i + 1),
            entry.name(),
            what(entry.role()),
            score(entry),
            entry.heldOut().map(SearchTelling::number).orElse(""));
      }
    }
    lines.addAll(table.lines(Terminal.here()));
    lines.add(
        "SCORE is the %s, by which the best was chosen%s"
            .formatted(
                report.objective(),
                board.stream().anyMatch(entry -> entry.heldOut().isPresent())
                    ? "; HELD OUT chose nothing"
                    : ""));
    baselineAbove(report, board).ifPresent(lines::add);
  }

  /** Said, not hidden: the search does not always win. */
  private static Optional<String> baselineAbove(SearchReport report, List<Entry> board) {
    double best = report.best().flatMap(Entry::scores).map(Scores::objective).orElse(0.0);
    return board.stream()
        .filter(entry -> entry.scores().map(s -> s.objective() > best).orElse(false))
        .findFirst()
        .map(entry ->
            "%s (%s) scores higher than the best soup of the experts"
                .formatted(entry.name(), what(entry.role())));
  }

  private static boolean isFailed(Entry entry) {
    return entry.outcome() instanceof Failed;
  }

  private static String score(Entry entry) {
    return switch (entry.outcome()) {
      case Scores scores -> number(scores);
      case Failed(String reason) -> "failed: " + reason;
    };
  }

  private static String number(Scores scores) {
    return String.format(Locale.ROOT, "%.4f", scores.objective());
  }

  private static String what(Role role) {
    return switch (role) {
      case MODEL -> "single model";
      case UNIFORM_OF_ALL -> "uniform of all";
      case UNIFORM_OF_SELECTED -> "uniform of experts";
      case CANDIDATE -> "candidate";
      case COALITION -> "coalition";
    };
  }
}
