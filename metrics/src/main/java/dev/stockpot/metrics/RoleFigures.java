package dev.stockpot.metrics;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.util.concurrent.atomic.LongAdder;

/** What is measured of all actors of one role. Safe for any thread, and takes none's time. */
final class RoleFigures {

  private static final double NANOS = 1e9;

  private final DistributionDataPoint waiting;
  private final DistributionDataPoint processing;
  private final LongAdder arrived = new LongAdder();
  private final LongAdder taken = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder restarts = new LongAdder();
  private final LongAdder stashed = new LongAdder();

  /**
   * Nothing measured yet.
   *
   * @param waiting seconds from a message's arrival in a mailbox until it is taken
   * @param processing seconds that an actor takes for a message
   */
  RoleFigures(DistributionDataPoint waiting, DistributionDataPoint processing) {
    this.waiting = waiting;
    this.processing = processing;
  }

  void arrived() {
    arrived.increment();
  }

  void took() {
    taken.increment();
  }

  void waited(long nanos) {
    waiting.observe(nanos / NANOS);
  }

  void processed(long nanos) {
    processing.observe(nanos / NANOS);
  }

  void failed() {
    failures.increment();
  }

  void restarted() {
    restarts.increment();
  }

  void stashed(long more) {
    stashed.add(more);
  }

  /** Messages in mailboxes now. */
  long depth() {
    // What was taken is read first, or a message that comes and goes in between counts below zero.
    long out = taken.sum();
    return Math.max(0, arrived.sum() - out);
  }

  long taken() {
    return taken.sum();
  }

  long failures() {
    return failures.sum();
  }

  long restarts() {
    return restarts.sum();
  }

  /** Messages that persistent actors put aside until what they write is written. */
  long stashed() {
    return Math.max(0, stashed.sum());
  }
}
