package dev.stockpot.coordinator.search;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.soce.report.SearchReport;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Scores;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a search says in the model card of the soup that it found. */
final class CardSection {

  private record Column(String title, Scores scores) {}

  private CardSection() {}

  /** In Markdown; empty if the soup has no scores. */
  static String of(SearchReport report) {
    List<Column> columns = new ArrayList<>();
    report
        .best()
        .flatMap(Entry::scores)
        .ifPresent(scores -> columns.add(new Column("this soup", scores)));
    if (columns.isEmpty()) {
      return "";
    }
    report
        .best()
        .flatMap(Entry::heldOut)
        .ifPresent(scores -> columns.add(new Column("this soup, held out", scores)));
    report
        .bestModel()
        .flatMap(Entry::scores)
        .ifPresent(scores -> columns.add(new Column("best single model", scores)));
    StringBuilder text = new StringBuilder("## Scores\n\nThe best of ");
    text.append(report.entries().size())
        .append(" models and soups by the ")
        .append(Printable.markdown(report.objective()))
        .append(". Scores that are not held out chose it, and flatter it.\n\n");
    text.append(row("", columns, Column::title)).append("| --- ");
    text.append("| --- ".repeat(columns.size())).append("|\n");
    text.append(row("objective", columns, column -> number(column.scores().objective())));
    for (String category : report.categories()) {
      text.append(
          row(
              Printable.markdown(category),
              columns,
              column -> {
                OptionalDouble score = column.scores().of(category);
                return score.isPresent() ? number(score.getAsDouble()) : "—";
              }));
    }
    return text.append("\n`")
        .append(SearchResult.DIRECTORY)
        .append("` holds the report: everything that was tried, and the search's plan.\n")
        .toString();
  }

  private static String row(String name, List<Column> columns, Function<Column, String> cell) {
    return columns.stream()
        .map(cell)
        .collect(Collectors.joining(" | ", "| " + name + " | ", " |\n"));
  }

  private static String number(double score) {
    return String.format(Locale.ROOT, "%.4f", score);
  }
}
