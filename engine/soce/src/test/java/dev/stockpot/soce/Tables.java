package dev.stockpot.soce;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** Small tables for tests. */
public final class Tables {
  private Tables() {}

  /** Models {@code m0}, {@code m1}, ... and these columns; NaN is a missing score. */
  public static ScoreTable of(List<String> categories, double[]... rows) {
    List<String> models = new ArrayList<>();
    List<List<OptionalDouble>> scores = new ArrayList<>();
    for (double[] row : rows) {
      models.add("m" + models.size());
      scores.add(
          Arrays.stream(row)
              .mapToObj(x -> Double.isNaN(x) ? OptionalDouble.empty() : OptionalDouble.of(x))
              .toList());
    }
    return ScoreTable.of(models, categories, scores);
  }

  public static double[] row(double... scores) {
    return scores;
  }
}
