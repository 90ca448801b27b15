package dev.stockpot.soce.experts;

import dev.stockpot.soce.ScoreTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pearson's correlation of categories across models. */
public final class Correlations {
  private static final int FEWEST_MODELS = 3;

  private Correlations() {}

  /** Every category with every other, each pair over the models that have both scores. */
  public static CorrelationMatrix pearson(ScoreTable population) {
    List<String> categories = population.categories();
    List<double[]> columns = new ArrayList<>();
    for (int column = 0; column < categories.size(); column++) {
      columns.add(population.column(column));
    }
    List<List<Correlation>> lower = new ArrayList<>();
    for (int i = 0; i < categories.size(); i++) {
      List<Correlation> row = new ArrayList<>();
      for (int j = 0; j <= i; j++) {
        row.add(of(categories.get(i), columns.get(i), categories.get(j), columns.get(j)));
      }
      lower.add(row);
    }
    return new CorrelationMatrix(categories, lower);
  }

  /** Two passes: sums of products of the distances from the mean lose no digits to its size. */
  private static Correlation of(String first, double[] allX, String second, double[] allY) {
    double[] x = common(allX, allY);
    double[] y = common(allY, allX);
    if (x.length < FEWEST_MODELS) {
      return new Correlation.TooFewModels(x.length);
    }
    List<String> constant = new ArrayList<>();
    if (isConstant(x)) {
      constant.add(first);
    }
    if (!first.equals(second) && isConstant(y)) {
      constant.add(second);
    }
    if (!constant.isEmpty()) {
      return new Correlation.Constant(constant, x.length);
    }
    double meanX = mean(x);
    double meanY = mean(y);
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      double dx = x[i] - meanX;
      double dy = y[i] - meanY;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
    }
    double rho = first.equals(second) ? 1 : xy / (Math.sqrt(xx) * Math.sqrt(yy));
    return new Correlation.Known(Math.clamp(rho, -1.0, 1.0), x.length);
  }

  /** Those of {@code values} for which both are there. */
  private static double[] common(double[] values, double[] others) {
    double[] kept = new double[values.length];
    int n = 0;
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i]) && !Double.isNaN(others[i])) {
        kept[n++] = values[i];
      }
    }
    return Arrays.copyOf(kept, n);
  }

  /** By comparison: the sum of squares of equal decimals need not be 0. */
  private static boolean isConstant(double[] values) {
    for (double value : values) {
      if (value != values[0]) {
        return false;
      }
    }
    return true;
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
