package dev.stockpot.soce.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Failed;
import dev.stockpot.soce.report.SearchReport.Scores;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The leaderboard for spreadsheets: one line an entry, the best first, failed ones last. */
public final class LeaderboardCsv {
  private LeaderboardCsv() {}

  /** The whole file; what is not known is empty. */
  public static String render(SearchReport report) {
    List<String> categories = report.categories();
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(out)) {
      List<String> head = new ArrayList<>(List.of("name", "role"));
      report.models().forEach(model -> head.add("weight of " + model));
      head.add("objective");
      head.addAll(categories);
      head.add("held out objective");
      categories.forEach(category -> head.add("held out " + category));
      head.add("failed");
      csv.writeRecord(head);
      for (Entry entry : report.leaderboard()) {
        csv.writeRecord(line(entry, categories));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static List<String> line(Entry entry, List<String> categories) {
    List<String> line = new ArrayList<>();
    line.add(entry.name());
    line.add(entry.role().name().toLowerCase(Locale.ROOT));
    for (int model = 0; model < entry.weights().models(); model++) {
      line.add(entry.weights().text(model));
    }
    addScores(entry.scores(), categories, line);
    addScores(entry.heldOut(), categories, line);
    line.add(entry.outcome() instanceof Failed(String reason) ? reason : "");
    return line;
  }

  private static void addScores(
      Optional<Scores> scores, List<String> categories, List<String> line) {
    line.add(scores.map(Scores::objective).map(String::valueOf).orElse(""));
    for (String category : categories) {
      line.add(scores.map(all -> all.categories().get(category)).map(String::valueOf).orElse(""));
    }
  }
}
