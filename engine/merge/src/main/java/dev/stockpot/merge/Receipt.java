package dev.stockpot.merge;

import java.util.List;

/**
 * Proof that a task is done: its bytes are in every soup's shard and flushed to storage.
 *
 * @param task id of the task
 * @param outputs what was written, one for each soup of the job
 * @param sourceCrcs CRC-32C of the bytes read, one per source of the task
 */
public record Receipt(int task, List<Output> outputs, List<Integer> sourceCrcs, StageNanos times) {

  public Receipt {
    outputs = List.copyOf(outputs);
    sourceCrcs = List.copyOf(sourceCrcs);
  }

  /** Whether every element that was written is finite. */
  public boolean allFinite() {
    return outputs.stream().allMatch(output -> output.nan() + output.infinity() == 0);
  }

  /**
   * What a task wrote into one soup.
   *
   * @param crc CRC-32C of the bytes
   * @param nan number of NaN elements
   * @param infinity number of infinite elements
   */
  public record Output(int crc, long nan, long infinity) {}

  /** Nanoseconds that the task spent in each stage. */
  public record StageNanos(long read, long merge, long write) {

    public static final StageNanos ZERO = new StageNanos(0, 0, 0);

    public StageNanos plus(StageNanos other) {
      return new StageNanos(read + other.read, merge + other.merge, write + other.write);
    }
  }
}
