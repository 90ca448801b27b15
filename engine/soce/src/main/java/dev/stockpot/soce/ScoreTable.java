package dev.stockpot.soce;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Scores of models (rows) in categories (columns), in the order of their file. A score that is
 * missing is empty, never 0. Values are what the file says: {@code 71.3%} is 71.3.
 */
public final class ScoreTable {
  private final List<String> models;
  private final List<String> categories;
  private final Map<String, Integer> rows;
  private final Map<String, Integer> columns;

  /** By row, then column; NaN where missing. */
  private final double[][] scores;

  private ScoreTable(List<String> models, List<String> categories, double[][] scores) {
    this.models = List.copyOf(models);
    this.categories = List.copyOf(categories);
    this.rows = places(this.models, "model");
    this.columns = places(this.categories, "category");
    this.scores = scores;
  }

  /**
   * A table of these scores, one list a model, one element of it a category.
   *
   * @throws SoceException if a name is there twice
   * @throws IllegalArgumentException if a row has another length, or a score is not finite
   */
  public static ScoreTable of(
      List<String> models, List<String> categories, List<List<OptionalDouble>> rows) {
    if (rows.size() != models.size()) {
      throw new IllegalArgumentException(rows.size() + " rows for " + models.size() + " models");
    }
    double[][] scores = new double[rows.size()][categories.size()];
    for (int row = 0; row < scores.length; row++) {
      List<OptionalDouble> cells = rows.get(row);
      if (cells.size() != categories.size()) {
        throw new IllegalArgumentException(
            "%s: %d scores for %d categories"
                .formatted(models.get(row), cells.size(), categories.size()));
      }
      for (int column = 0; column < categories.size(); column++) {
        OptionalDouble cell = cells.get(column);
        if (cell.isPresent() && !Double.isFinite(cell.getAsDouble())) {
          throw new IllegalArgumentException(
              "%s, %s: %s is no score"
                  .formatted(models.get(row), categories.get(column), cell.getAsDouble()));
        }
        scores[row][column] = cell.orElse(Double.NaN);
      }
    }
    return new ScoreTable(models, categories, scores);
  }

  private static Map<String, Integer> places(List<String> names, String what) {
    Map<String, Integer> places = new LinkedHashMap<>();
    for (String name : names) {
      if (places.put(name, places.size()) != null) {
        throw new SoceException(
            "the %s %s is named twice; name it once".formatted(what, Quoted.text(name)));
      }
    }
    return Collections.unmodifiableMap(places);
  }

  public List<String> models() {
    return models;
  }

  public List<String> categories() {
    return categories;
  }

  /**
   * The score of a model in a category; empty if it is missing.
   *
   * @throws SoceException if the table has no such model or category
   */
  public OptionalDouble score(String model, String category) {
    return at(row(model), column(category));
  }

  OptionalDouble at(int row, int column) {
    double score = scores[row][column];
    return Double.isNaN(score) ? OptionalDouble.empty() : OptionalDouble.of(score);
  }

  /** A category's scores by row, NaN where missing; a copy. */
  public double[] column(int column) {
    return Arrays.stream(scores).mapToDouble(row -> row[column]).toArray();
  }

  /**
   * The table with these categories only, in the order given.
   *
   * @throws SoceException if one is not in the table, or named twice
   */
  public ScoreTable select(Collection<String> chosen) {
    int[] from = chosen.stream().mapToInt(this::column).toArray();
    double[][] kept =
        Arrays.stream(scores)
            .map(row -> Arrays.stream(from).mapToDouble(column -> row[column]).toArray())
            .toArray(double[][]::new);
    return new ScoreTable(models, List.copyOf(chosen), kept);
  }

  /**
   * The table with these models only, in the order given.
   *
   * @throws SoceException if one is not in the table, or named twice
   */
  public ScoreTable rows(Collection<String> chosen) {
    double[][] kept =
        chosen.stream().map(model -> scores[row(model)].clone()).toArray(double[][]::new);
    return new ScoreTable(List.copyOf(chosen), categories, kept);
  }

  private int row(String model) {
    return place(rows, model, "model");
  }

  private int column(String category) {
    return place(columns, category, "category");
  }

  private static int place(Map<String, Integer> places, String name, String what) {
    Integer place = places.get(name);
    if (place == null) {
      throw new SoceException(
          "the score table has no %s %s; it has %s"
              .formatted(what, Quoted.text(name), Quoted.list(places.keySet())));
    }
    return place;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScoreTable that
        && models.equals(that.models)
        && categories.equals(that.categories)
        && Arrays.deepEquals(scores, that.scores);
  }

  @Override
  public int hashCode() {
    return 31 * models.hashCode() + Arrays.deepHashCode(scores);
  }

  @Override
  public String toString() {
    return models.size() + " models × " + categories;
  }
}
