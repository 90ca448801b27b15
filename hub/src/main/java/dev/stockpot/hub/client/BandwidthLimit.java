package dev.stockpot.hub.client;

import java.time.Duration;

/** So many bytes a second, over all connections together. */
final class BandwidthLimit {

  /** What may come at once after a quiet time. */
  private static final double BURST_SECONDS = 0.25;

  private static final long TIGHT = 200_000;

  private final long bytesPerSecond;
  private final Pause pause;
  private long freeAt = System.nanoTime();

  BandwidthLimit(long bytesPerSecond, Pause pause) {
    this.bytesPerSecond = bytesPerSecond;
    this.pause = pause;
  }

  /** Whether it explains that hardly anything comes. */
  boolean isTight() {
    return bytesPerSecond < TIGHT;
  }

  /** Waits until so many bytes that came were due. */
  void took(int bytes, String what) {
    if (bytesPerSecond == Long.MAX_VALUE) {
      return;
    }
    long wait;
    synchronized (this) {
      long now = System.nanoTime();
      long earliest = now - (long) (BURST_SECONDS * 1e9);
      freeAt = Math.max(freeAt, earliest) + (long) (bytes * 1e9 / bytesPerSecond);
      wait = freeAt - now;
    }
    if (wait > 0) {
      pause.during(Duration.ofNanos(wait), what);
    }
  }
}
