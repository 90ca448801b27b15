package dev.stockpot.coordinator.evaluate;

import dev.stockpot.checkpoint.problem.Wording;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The scores and counts of one file, each checked as it is added. */
final class Scores {

  private final Path file;
  private final ScoreFormat format;
  private final Map<String, Double> values = new LinkedHashMap<>();
  private final Map<String, Long> counts = new LinkedHashMap<>();

  Scores(Path file, ScoreFormat format) {
    this.file = file;
    this.format = format;
  }

  Map<String, Double> values() {
    return values;
  }

  Map<String, Long> counts() {
    return counts;
  }

  void put(String category, JsonNode value) throws ScoreException {
    if (!value.isNumber()) {
      throw problem(
          "category %s: %s is no number"
              .formatted(Wording.quoted(category), Wording.quoted(value.toString())));
    }
    put(category, value.doubleValue());
  }

  void put(String category, double value) throws ScoreException {
    if (!Double.isFinite(value)) {
      throw problem("category %s: %s is no score".formatted(Wording.quoted(category), value));
    }
    if (value < 0 || value > format.top()) {
      throw problem(
          "category %s: %s is outside 0 to %d%s"
              .formatted(
                  Wording.quoted(category),
                  value,
                  format.top(),
                  format.top() == 1 ? "; for percentages, the plan says scale: 100" : ""));
    }
    values.put(category, value);
  }

  /** Adds the number of cases; nothing where the file has none. */
  void count(String category, JsonNode count) throws ScoreException {
    if (count.isMissingNode() || count.isNull()) {
      return;
    }
    if (!count.isIntegralNumber() || !count.canConvertToLong() || count.longValue() < 0) {
      throw problem(
          "category %s: %s is no number of cases"
              .formatted(Wording.quoted(category), Wording.quoted(count.toString())));
    }
    counts.put(category, count.longValue());
  }

  /** That the file lacks a category. */
  ScoreException missing(String category, Iterable<String> present) {
    String names = String.join(", ", present);
    return problem(
        "no score for category %s; it has %s"
            .formatted(Wording.quoted(category), names.isEmpty() ? "none" : Wording.quoted(names)));
  }

  ScoreException problem(String what) {
    return new ScoreException(file + ": " + what);
  }

  /**
   * That an evaluator's files give no score for every category: names the file and the category.
   */
  static final class ScoreException extends Exception {
    @java.io.Serial private static final long serialVersionUID = 1;

    ScoreException(String message) {
      super(message);
    }
  }
}
