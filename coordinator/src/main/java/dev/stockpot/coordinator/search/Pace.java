package dev.stockpot.coordinator.search;

import java.time.Duration;
import java.util.Optional;

/** How long evaluations take. */
final class Pace {

  private final int parallel;
  private int count;
  private Duration sum = Duration.ZERO;

  /**
   * Nothing is known yet.
   *
   * @param parallel evaluations at once
   */
  Pace(int parallel) {
    this.parallel = parallel;
  }

  void add(Duration took) {
    count++;
    sum = sum.plus(took);
  }

  /** About how long so many more take. */
  Optional<Duration> remaining(int evaluations) {
    return count == 0
        ? Optional.empty()
        : Optional.of(sum.multipliedBy(Math.ceilDiv(evaluations, parallel)).dividedBy(count));
  }
}
