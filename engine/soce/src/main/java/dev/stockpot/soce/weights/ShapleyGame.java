package dev.stockpot.soce.weights;

import dev.stockpot.soce.SoceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who shares a soup's score: players are models, or groups of them that play as one. A player's
 * soup is the uniform soup of its models, and a coalition's the uniform soup of its players' soups;
 * a soup of soups is a soup, so that many coalitions have the very same weights.
 *
 * @param models how many ingredients there are
 * @param players the models of each player
 */
public record ShapleyGame(int models, List<List<Integer>> players) {
  private static final int MOST_PLAYERS = 1000;

  public ShapleyGame {
    players = players.stream().map(List::copyOf).toList();
    if (players.isEmpty() || players.size() > MOST_PLAYERS) {
      throw new SoceException(
          "%d players are no game for Shapley values; choose 1 to %d"
              .formatted(players.size(), MOST_PLAYERS));
    }
  }

  /** Each model is a player. */
  public static ShapleyGame ofModels(int models) {
    return ofGroups(models, 1);
  }

  /** Each pair of models is a player. */
  public static ShapleyGame ofPairs(int models) {
    return ofGroups(models, 2);
  }

  /** Each three models are a player. */
  public static ShapleyGame ofTriples(int models) {
    return ofGroups(models, 3);
  }

  private static ShapleyGame ofGroups(int models, int size) {
    List<List<Integer>> groups = new ArrayList<>();
    addGroups(new ArrayList<>(), 0, models, size, groups);
    return new ShapleyGame(models, groups);
  }

  private static void addGroups(
      List<Integer> begun, int from, int models, int size, List<List<Integer>> groups) {
    if (begun.size() == size) {
      groups.add(List.copyOf(begun));
      return;
    }
    for (int model = from; model < models; model++) {
      begun.add(model);
      addGroups(begun, model + 1, models, size, groups);
      begun.removeLast();
    }
  }

  /** The soup of a coalition of these players, of which there is at least one. */
  public Weights soup(Collection<Integer> coalition) {
    int perPlayer = coalition.stream().map(p -> players.get(p).size()).reduce(1, ShapleyGame::lcm);
    int[] shares = new int[models];
    for (int player : coalition) {
      List<Integer> members = players.get(player);
      members.forEach(model -> shares[model] += perPlayer / members.size());
    }
    return new Weights(IntStream.of(shares).boxed().toList(), perPlayer * coalition.size());
  }

  private static int lcm(int a, int b) {
    int x = a;
    int y = b;
    while (y != 0) {
      int rest = x % y;
      x = y;
      y = rest;
    }
    return a / x * b;
  }
}
