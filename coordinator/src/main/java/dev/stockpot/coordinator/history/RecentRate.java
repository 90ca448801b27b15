package dev.stockpot.coordinator.history;

import java.util.concurrent.TimeUnit;

/**
 * How many of something, bytes say, a second were done over the last ten seconds. Knows no clock.
 * Confined to one thread.
 */
public final class RecentRate {

  private static final int SECONDS = 10;

  /** By second, modulo their number. */
  private final long[] counts = new long[SECONDS];

  private long latest;
  private long total;

  public void add(long more, long nowNanos) {
    int now = advance(nowNanos);
    counts[now] += more;
    total += more;
  }

  public long perSecond(long nowNanos) {
    advance(nowNanos);
    return total / SECONDS;
  }

  /** The same since that moment, if it was less than ten seconds ago. */
  long perSecond(long nowNanos, long sinceNanos) {
    advance(nowNanos);
    double seconds = (nowNanos - sinceNanos) / 1e9;
    return Math.round(total / Math.clamp(seconds, 1, SECONDS));
  }

  /** As {@link #perSecond(long)}, for what is done less than once a second. */
  double exactlyPerSecond(long nowNanos) {
    advance(nowNanos);
    return (double) total / SECONDS;
  }

  /** Forgets what is too long ago; returns where the present second is kept. */
  private int advance(long nowNanos) {
    long now = Math.floorDiv(nowNanos, TimeUnit.SECONDS.toNanos(1));
    long from = Math.max(latest, now - SECONDS);
    for (long second = from + 1; second <= now; second++) {
      int over = Math.floorMod(second, SECONDS);
      total -= counts[over];
      counts[over] = 0;
    }
    latest = now;
    return Math.floorMod(now, SECONDS);
  }
}
