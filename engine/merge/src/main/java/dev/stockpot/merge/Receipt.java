package dev.stockpot.merge;

import java.util.List;

/**
 * Proof that a task is done: its bytes are in the shard and flushed to storage.
 *
 * @param task id of the task
 * @param outputCrc CRC-32C of the bytes written
 * @param sourceCrcs CRC-32C of the bytes read, one per source of the task
 * @param nan number of NaN elements written
 * @param infinity number of infinite elements written
 */
public record Receipt(
    int task, int outputCrc, List<Integer> sourceCrcs, long nan, long infinity, StageNanos times) {

  public Receipt {
    sourceCrcs = List.copyOf(sourceCrcs);
  }

  /** Nanoseconds that the task spent in each stage. */
  public record StageNanos(long read, long merge, long write) {

    public static final StageNanos ZERO = new StageNanos(0, 0, 0);

    public StageNanos plus(StageNanos other) {
      return new StageNanos(read + other.read, merge + other.merge, write + other.write);
    }
  }
}
