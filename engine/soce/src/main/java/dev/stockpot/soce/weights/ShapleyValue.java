package dev.stockpot.soce.weights;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a player contributes: its mean marginal gain over all orders in which players can join.
 *
 * @param player its models
 * @param standardError of a value estimated from sampled orders; empty for an exact one
 */
public record ShapleyValue(List<Integer> player, double value, OptionalDouble standardError) {
  public ShapleyValue {
    player = List.copyOf(player);
  }
}
