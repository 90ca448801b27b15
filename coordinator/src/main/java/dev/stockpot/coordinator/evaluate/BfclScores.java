package dev.stockpot.coordinator.evaluate;

import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.coordinator.evaluate.Scores.ScoreException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The Berkeley Function Calling Leaderboard's {@code data_overall.csv}: one row a model, one column
 * a category. Fields are never quoted, and scores are percentages ({@code 88.44%}).
 *
 * <p>The leaderboard counts what was not evaluated, {@code N/A}, as 0 in the mean of a group and in
 * the overall score. Such means are refused here.
 */
final class BfclScores {

  private static final Pattern PERCENTAGE = Pattern.compile("\\d{1,3}(\\.\\d{1,10})?%");
  private static final String NOT_EVALUATED = "N/A";
  private static final String OVERALL = "Overall Acc";
  private static final String GROUP = " Acc";

  /** Columns that are, or belong to, what the overall score is made of. */
  private static final Pattern SCORED =
      Pattern.compile(
          "(Non-Live|Live|Multi Turn|Web Search|Memory) .*|(Ir)?[Rr]elevance Detection");

  private final Scores scores;
  private final List<String> columns;
  private final List<String> row;

  private BfclScores(Scores scores, List<String> columns, List<String> row) {
    this.scores = scores;
    this.columns = columns;
    this.row = row;
  }

  static Scores read(Path file, List<String> lines, List<String> categories, ScoreFormat format)
      throws ScoreException {
    Scores scores = new Scores(file, format);
    if (lines.size() != 2) {
      throw scores.problem(
          "a header and the row of one model are needed; it has %d lines".formatted(lines.size()));
    }
    List<String> columns = List.of(lines.getFirst().split(",", -1));
    List<String> row = List.of(lines.getLast().split(",", -1));
    if (columns.size() != row.size()) {
      throw scores.problem(
          "the header has %d columns, the row %d".formatted(columns.size(), row.size()));
    }
    BfclScores bfcl = new BfclScores(scores, columns, row);
    for (String category : categories) {
      bfcl.add(category);
    }
    return scores;
  }

  private void add(String category) throws ScoreException {
    int column = columns.indexOf(category);
    if (column < 0) {
      throw scores.missing(category, columns);
    }
    for (int i = 0; i < columns.size(); i++) {
      if (row.get(i).equals(NOT_EVALUATED) && (i == column || isPart(columns.get(i), category))) {
        throw scores.problem(
            "category %s: '%s' was not evaluated"
                .formatted(Wording.quoted(category), columns.get(i)));
      }
    }
    String cell = row.get(column);
    if (!PERCENTAGE.matcher(cell).matches()) {
      throw scores.problem(
          "category %s: %s is no percentage"
              .formatted(Wording.quoted(category), Wording.quoted(cell)));
    }
    scores.put(category, Double.parseDouble(cell.substring(0, cell.length() - 1)));
  }

  /** Whether a column goes into the mean that is another. */
  private static boolean isPart(String column, String mean) {
    return mean.equals(OVERALL)
        ? SCORED.matcher(column).matches()
        : mean.endsWith(GROUP)
            && column.startsWith(mean.substring(0, mean.length() - GROUP.length()) + " ");
  }
}
