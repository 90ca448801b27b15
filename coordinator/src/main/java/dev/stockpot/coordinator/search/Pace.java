package dev.stockpot.coordinator.search;

import java.time.Duration;
import java.util.Optional;

/**
 * How long evaluations take.
 *
 * @param parallel evaluations at once
 * @param count of those that are known
 * @param sum of their times
 */
record Pace(int parallel, int count, Duration sum) {

  /** Nothing is known yet. */
  static Pace of(int parallel) {
    return new Pace(parallel, 0, Duration.ZERO);
  }

  Pace plus(Duration took) {
    return new Pace(parallel, count + 1, sum.plus(took));
  }

  /** About how long so many more take. */
  Optional<Duration> remaining(int evaluations) {
    return count == 0
        ? Optional.empty()
        : Optional.of(sum.multipliedBy(Math.ceilDiv(evaluations, parallel)).dividedBy(count));
  }
}
