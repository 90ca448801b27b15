package dev.stockpot.hub.client;

import java.time.Duration;

/**
 * How long the hub is waited for.
 *
 * @param answer for a response to begin
 * @param silence between two pieces of its body
 * @param pause before the first repetition; each further one waits twice as long
 * @param attempts without a byte of progress before it is given up
 * @param longest that a server may ask us to wait
 */
public record Patience(
    Duration answer, Duration silence, Duration pause, int attempts, Duration longest) {

  /** For networks as they are. */
  public static final Patience USUAL =
      new Patience(
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofMillis(500),
          7,
          Duration.ofMinutes(6));

  private static final Duration MOST = Duration.ofSeconds(20);

  /** The pause before the n-th repetition, from 1; {@code chance} in [0, 1) spreads clients. */
  Duration before(int repetition, double chance) {
    Duration grown = pause.multipliedBy(1L << Math.min(repetition - 1, 10));
    Duration bounded = grown.compareTo(MOST) > 0 ? MOST : grown;
    return Duration.ofNanos((long) (bounded.toNanos() * (0.75 + chance / 2)));
  }
}
