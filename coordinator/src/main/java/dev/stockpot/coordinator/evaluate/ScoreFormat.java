package dev.stockpot.coordinator.evaluate;

import java.util.Map;
import java.util.OptionalInt;

/**
 * What the plan says about the files of its evaluator.
 *
 * @param scale the highest score, 1 or 100; where the plan does not say, up to 100 is accepted
 * @param metrics by category: the metric that is its score, as the file names it ({@code
 *     prompt_level_strict_acc,none}). Needed only where a file has several and none is usual.
 */
public record ScoreFormat(OptionalInt scale, Map<String, String> metrics) {

  public static final ScoreFormat DEFAULT = new ScoreFormat(OptionalInt.empty(), Map.of());

  public ScoreFormat {
    metrics = Map.copyOf(metrics);
    if (scale.isPresent() && scale.getAsInt() != 1 && scale.getAsInt() != 100) {
      throw new IllegalArgumentException("scale " + scale.getAsInt());
    }
  }

  /** The highest score that is accepted. */
  int top() {
    return scale.orElse(100);
  }
}
