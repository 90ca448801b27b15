package dev.stockpot.cli.soce;

import dev.stockpot.cli.console.Table;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.coordinator.order.JobSummary.SearchSummary;
import dev.stockpot.soce.report.SearchReport;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Failed;
import dev.stockpot.soce.report.SearchReport.Role;
import dev.stockpot.soce.report.SearchReport.Scores;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a finished search found, for people. */
final class LeaderboardText {

  private static final int SHOWN = 10;

  private LeaderboardText() {}

  static List<String> lines(SearchSummary finished) {
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
            entry.heldOut().map(LeaderboardText::number).orElse(""));
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

  static String what(Role role) {
    return switch (role) {
      case MODEL -> "single model";
      case UNIFORM_OF_ALL -> "uniform of all";
      case UNIFORM_OF_SELECTED -> "uniform of experts";
      case CANDIDATE -> "candidate";
      case COALITION -> "coalition";
    };
  }
}
