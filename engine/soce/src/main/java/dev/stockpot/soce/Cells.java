package dev.stockpot.soce;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A table as a file writes it, before it is known which columns are categories. */
final class Cells {
  private final SourceText source;
  private final Map<String, Map<String, Cell>> rows = new LinkedHashMap<>();
  private final Set<String> columns = new LinkedHashSet<>();

  Cells(SourceText source) {
    this.source = source;
  }

  /** Adds a model's row; a column that it lacks is a missing score. */
  void add(String model, Map<String, Cell> row) {
    rows.put(model, row);
    columns.addAll(row.keySet());
  }

  /**
   * The scores of these categories, or of every column that holds at least as many numbers as words
   * if none are named.
   */
  ScoreTable scores(List<String> wanted) {
    if (rows.isEmpty()) {
      throw source.problem("has no models; add the scores of at least one");
    }
    List<String> categories =
        wanted.isEmpty() ? columns.stream().filter(this::isNumeric).toList() : wanted;
    if (categories.isEmpty()) {
      throw source.problem("has no column of numbers; add a category with scores");
    }
    for (String category : categories) {
      if (!columns.contains(category)) {
        throw source.problem(
            "there is no category %s; there are %s"
                .formatted(Quoted.text(category), Quoted.list(columns)));
      }
    }
    List<List<OptionalDouble>> scores = new ArrayList<>();
    for (Map<String, Cell> row : rows.values()) {
      scores.add(categories.stream().map(category -> score(row.get(category), category)).toList());
    }
    return ScoreTable.of(List.copyOf(rows.keySet()), categories, scores);
  }

  private static OptionalDouble score(@Nullable Cell cell, String category) {
    return cell == null ? OptionalDouble.empty() : cell.score(category);
  }

  private boolean isNumeric(String column) {
    int numbers = 0;
    int words = 0;
    for (Map<String, Cell> row : rows.values()) {
      Cell cell = row.get(column);
      if (cell != null && cell.isWord()) {
        words++;
      } else if (cell != null && !cell.isMissing()) {
        numbers++;
      }
    }
    return numbers >= words;
  }
}
