package dev.stockpot.soce.weights;

import dev.stockpot.soce.SoceException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The order in which a search tries weights, made for one that may be stopped early: equal weights,
 * then for each expert the weights that favour it most, then the rest so that at every moment what
 * was tried is spread over the whole grid.
 */
public final class GridOrder {
  private static final int MOST_POINTS = 1_000_000;

  private GridOrder() {}

  /**
   * The grid's weights, each once.
   *
   * @throws SoceException if the grid serves no such number of models, or holds over a million
   *     weights
   */
  public static List<Weights> of(WeightGrid grid, int models) {
    long count = grid.count(models);
    if (count > MOST_POINTS) {
      throw new SoceException(
          "%d soups of %d experts are too many to try; choose a larger weights.step and refine"
                  .formatted(count, models)
              + " around the best, or a threshold with fewer experts");
    }
    List<Weights> points = grid.points(models).toList();
    Set<Weights> order = new LinkedHashSet<>();
    Weights equal = Weights.uniform(models);
    if (points.contains(equal)) {
      order.add(equal);
    }
    for (int model = 0; model < models; model++) {
      order.add(favouring(model, points));
    }
    spread(points.size()).forEach(place -> order.add(points.get(place)));
    return List.copyOf(order);
  }

  /** Of those that give the model most, the one whose other shares are most alike. */
  private static Weights favouring(int model, List<Weights> points) {
    return points.stream()
        .min(
            Comparator.<Weights>comparingDouble(weights -> -weights.share(model))
                .thenComparingDouble(GridOrder::unevenness))
        .orElseThrow();
  }

  private static double unevenness(Weights weights) {
    double squares = 0;
    for (int model = 0; model < weights.models(); model++) {
      squares += weights.share(model) * weights.share(model);
    }
    return squares;
  }

  /** 0 to n − 1 by their bits reversed: each next one falls into a large gap. */
  private static List<Integer> spread(int n) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, n - 1));
    List<Integer> order = new ArrayList<>(n);
    for (int i = 0; i < 1 << bits; i++) {
      int place = Integer.reverse(i) >>> (Integer.SIZE - bits);
      if (place < n) {
        order.add(place);
      }
    }
    return order;
  }
}
