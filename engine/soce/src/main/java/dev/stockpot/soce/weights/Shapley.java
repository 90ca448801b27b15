package dev.stockpot.soce.weights;

import dev.stockpot.soce.SoceException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Shapley values of a {@link ShapleyGame}, of which {@link #soups} names the soups that must have
 * scores. The score of no soup at all is undefined in the paper, and is the caller's choice.
 */
public sealed interface Shapley {
  /** 2¹⁰ coalitions are 1,023 soups; with more players orders are sampled. */
  int MOST_EXACT_PLAYERS = 10;

  ShapleyGame game();

  /** The distinct soups of all coalitions that count. */
  Set<Weights> soups();

  /**
   * The value of each player.
   *
   * @param score of each of {@link #soups}
   * @param empty the score of the coalition without players
   */
  List<ShapleyValue> values(ToDoubleFunction<Weights> score, double empty);

  /**
   * Exact for up to ten players.
   *
   * @throws SoceException for more
   */
  static Shapley exact(ShapleyGame game) {
    if (game.players().size() > MOST_EXACT_PLAYERS) {
      throw new SoceException(
          "exact Shapley values of %d players need every coalition of them; at most %d can be exact, sample orders instead"
              .formatted(game.players().size(), MOST_EXACT_PLAYERS));
    }
    return new Exact(game);
  }

  /** Estimated from this many random orders, at least two; the same seed gives the same orders. */
  static Shapley sampled(ShapleyGame game, int orders, long seed) {
    if (orders < 2) {
      throw new SoceException("a standard error needs at least 2 sampled orders, not " + orders);
    }
    List<Integer> players = new ArrayList<>(game.players().size());
    IntStream.range(0, game.players().size()).forEach(players::add);
    Random random = new Random(seed);
    List<List<Integer>> drawn = new ArrayList<>();
    for (int i = 0; i < orders; i++) {
      Collections.shuffle(players, random);
      drawn.add(List.copyOf(players));
    }
    return new Sampled(game, drawn);
  }

  /** Over all coalitions: φ = Σ |S|! (n − |S| − 1)! / n! · (v(S ∪ i) − v(S)). */
  record Exact(ShapleyGame game) implements Shapley {
    @Override
    public Set<Weights> soups() {
      Set<Weights> soups = new LinkedHashSet<>();
      for (long coalition = 1; coalition < 1L << game.players().size(); coalition++) {
        soups.add(soup(coalition));
      }
      return soups;
    }

    @Override
    public List<ShapleyValue> values(ToDoubleFunction<Weights> score, double empty) {
      int n = game.players().size();
      double[] worth = new double[1 << n];
      worth[0] = empty;
      for (int coalition = 1; coalition < worth.length; coalition++) {
        worth[coalition] = score.applyAsDouble(soup(coalition));
      }
      List<ShapleyValue> values = new ArrayList<>();
      for (int player = 0; player < n; player++) {
        double value = 0;
        for (int coalition = 0; coalition < worth.length; coalition++) {
          int joined = coalition | 1 << player;
          if (joined != coalition) {
            value +=
                (worth[joined] - worth[coalition])
                    / (n * choose(n - 1, Integer.bitCount(coalition)));
          }
        }
        values.add(new ShapleyValue(game.players().get(player), value, OptionalDouble.empty()));
      }
      return values;
    }

    private Weights soup(long coalition) {
      return game.soup(BitSet.valueOf(new long[] {coalition}).stream().boxed().toList());
    }

    private static double choose(int n, int k) {
      double ways = 1;
      for (int i = 0; i < k; i++) {
        ways = ways * (n - i) / (i + 1);
      }
      return ways;
    }
  }

  /** Over sampled orders: the mean of the marginal gains, which are independent, and its error. */
  record Sampled(ShapleyGame game, List<List<Integer>> orders) implements Shapley {
    public Sampled {
      orders = List.copyOf(orders);
    }

    @Override
    public Set<Weights> soups() {
      Set<Weights> soups = new LinkedHashSet<>();
      for (List<Integer> order : orders) {
        for (int joined = 1; joined <= order.size(); joined++) {
          soups.add(game.soup(order.subList(0, joined)));
        }
      }
      return soups;
    }

    @Override
    public List<ShapleyValue> values(ToDoubleFunction<Weights> score, double empty) {
      int n = game.players().size();
      double[][] gains = new double[n][orders.size()];
      for (int sample = 0; sample < orders.size(); sample++) {
        List<Integer> order = orders.get(sample);
        double before = empty;
        for (int joined = 1; joined <= n; joined++) {
          double after = score.applyAsDouble(game.soup(order.subList(0, joined)));
          gains[order.get(joined - 1)][sample] = after - before;
          before = after;
        }
      }
      return IntStream.range(0, n)
          .mapToObj(player -> estimate(game.players().get(player), gains[player]))
          .toList();
    }

    private static ShapleyValue estimate(List<Integer> player, double[] gains) {
      double mean = 0;
      for (double gain : gains) {
        mean += gain / gains.length;
      }
      double squares = 0;
      for (double gain : gains) {
        squares += (gain - mean) * (gain - mean);
      }
      double error = Math.sqrt(squares / (gains.length - 1) / gains.length);
      return new ShapleyValue(player, mean, OptionalDouble.of(error));
    }
  }

  /**
   * What a player contributes: its mean marginal gain over all orders in which players can join.
   *
   * @param player its models
   * @param standardError of a value estimated from sampled orders; empty for an exact one
   */
  record ShapleyValue(List<Integer> player, double value, OptionalDouble standardError) {
    public ShapleyValue {
      player = List.copyOf(player);
    }
  }
}
