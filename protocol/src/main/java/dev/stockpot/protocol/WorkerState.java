package dev.stockpot.protocol;

/** What a worker wants. */
public enum WorkerState {
  /** More leases, up to its capacity. */
  WORKING,
  /** To finish what it has begun and leave. */
  DRAINING,
  /** Nothing: its device failed too often, and it serves no more until its node starts anew. */
  OUT
}
