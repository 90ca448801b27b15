package dev.stockpot.soce.weights;

import dev.stockpot.soce.SoceException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds better weights near the best so far, at a finer step than the grid's. The caller scores
 * what this names, and asks again around the new best, or with a smaller step where nothing was
 * better.
 */
public sealed interface Refinement {

  /** The weights to try around {@code best}, without it; none where the bounds leave no room. */
  List<Weights> around(Weights best);

  /**
   * One step of one model's share goes to another: n · (n − 1) neighbours at most.
   *
   * @param min least share of a model
   * @param max greatest share
   */
  record Coordinate(BigDecimal min, BigDecimal max, BigDecimal step) implements Refinement {
    @Override
    public List<Weights> around(Weights best) {
      Lattice lattice = new Lattice(best, min, max, step);
      List<Weights> next = new ArrayList<>();
      for (int to = 0; to < best.models(); to++) {
        for (int from = 0; from < best.models(); from++) {
          if (to != from && lattice.room(to, 1) == 1 && lattice.room(from, -1) == -1) {
            int gains = to;
            int gives = from;
            next.add(
                lattice.moved(
                    IntStream.range(0, best.models())
                        .mapToObj(model -> model == gains ? 1 : model == gives ? -1 : 0)
                        .toList()));
          }
        }
      }
      return next;
    }
  }

  /**
   * A finer grid around the best: every share moves by up to {@code reach} steps. With a step of a
   * third of the last one and a reach of 2, the grid between the last one's points is covered.
   *
   * @param min least share of a model
   * @param max greatest share
   */
  record Successive(BigDecimal min, BigDecimal max, BigDecimal step, int reach)
      implements Refinement {
    private static final int MOST_POINTS = 100_000;

    /**
     * The weights to try.
     *
     * @throws SoceException if they are more than 100,000
     */
    @Override
    public List<Weights> around(Weights best) {
      Lattice lattice = new Lattice(best, min, max, step);
      IntStream models = IntStream.range(0, best.models());
      List<Integer> lowest = models.mapToObj(model -> lattice.room(model, -reach)).toList();
      List<Integer> highest =
          IntStream.range(0, best.models()).mapToObj(model -> lattice.room(model, reach)).toList();
      Compositions moves = new Compositions(lowest, highest, 0);
      if (moves.count().compareTo(BigInteger.valueOf(MOST_POINTS)) > 0) {
        throw new SoceException(
            moves.count()
                + " soups around the best are too many; refine by coordinates, or reach less far");
      }
      return moves.stream().map(lattice::moved).filter(weights -> !weights.equals(best)).toList();
    }
  }
}
