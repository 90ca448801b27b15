package dev.stockpot.coordinator.desk;

import java.util.concurrent.TimeUnit;

/**
 * How many bytes a second were done over the last ten seconds. Knows no clock. Confined to one
 * thread.
 */
final class RecentRate {

  private static final int SECONDS = 10;

  /** By second, modulo their number. */
  private final long[] bytes = new long[SECONDS];

  private long latest;
  private long total;

  void add(long more, long nowNanos) {
    int now = advance(nowNanos);
    bytes[now] += more;
    total += more;
  }

  long perSecond(long nowNanos) {
    advance(nowNanos);
    return total / SECONDS;
  }

  /** Forgets what is too long ago; returns where the present second is kept. */
  private int advance(long nowNanos) {
    long now = Math.floorDiv(nowNanos, TimeUnit.SECONDS.toNanos(1));
    long from = Math.max(latest, now - SECONDS);
    for (long second = from + 1; second <= now; second++) {
      int over = Math.floorMod(second, SECONDS);
      total -= bytes[over];
      bytes[over] = 0;
    }
    latest = now;
    return Math.floorMod(now, SECONDS);
  }
}
