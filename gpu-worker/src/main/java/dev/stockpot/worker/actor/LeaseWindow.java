package dev.stockpot.worker.actor;

import java.time.Duration;

/**
 * How much traffic a worker asks for at a time: about what it does in a few seconds. A fast one has
 * enough queued that it never waits for the next lease, and a slow one does not hold what others,
 * or one that joins later, could do meanwhile.
 *
 * <p>It begins at a quarter of its most. Whenever as much was done as the window is wide, it is
 * doubled if that was quick and halved if it took long. Confined to one thread.
 */
final class LeaseWindow {

  /** What part of the widest window the narrowest is: about a task for each thread. */
  private static final int NARROWEST = 32;

  private static final long QUICK_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long SLOW_NANOS = Duration.ofSeconds(8).toNanos();

  private final long narrowest;
  private final long widest;
  private long width;
  private long done;
  private long sinceNanos;

  /**
   * A window of a quarter of that width.
   *
   * @param widest bytes of traffic; beyond that more makes nothing faster
   */
  LeaseWindow(long widest) {
    this.widest = widest;
    this.narrowest = Math.ceilDiv(widest, NARROWEST);
    this.width = Math.ceilDiv(widest, 4);
  }

  /** Bytes of traffic. */
  long width() {
    return width;
  }

  /** Work begins after a pause, which says nothing about the pace. */
  void begin(long nowNanos) {
    done = 0;
    sinceNanos = nowNanos;
  }

  /**
   * That much traffic was done.
   *
   * @return whether the window is wider now
   */
  boolean did(long traffic, long nowNanos) {
    done += traffic;
    if (done < width) {
      return false;
    }
    long before = width;
    long nanos = nowNanos - sinceNanos;
    if (nanos < QUICK_NANOS) {
      width = Math.min(widest, width * 2);
    } else if (nanos > SLOW_NANOS) {
      width = Math.max(narrowest, width / 2);
    }
    begin(nowNanos);
    return width > before;
  }
}
