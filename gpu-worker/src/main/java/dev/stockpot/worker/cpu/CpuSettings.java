package dev.stockpot.worker.cpu;

import dev.stockpot.merge.execution.ChunkLoop;

/**
 * How a CPU worker divides its work.
 *
 * @param threads merging threads of one worker
 * @param chunkBytes bytes of each source, and of the output, that a thread holds at a time
 */
public record CpuSettings(int threads, long chunkBytes) {

  public CpuSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, is " + threads);
    }
    if (chunkBytes < 64) {
      throw new IllegalArgumentException("chunkBytes must be at least 64, is " + chunkBytes);
    }
  }

  /** So many threads, with chunks of the size that is fast. */
  public CpuSettings(int threads) {
    this(threads, ChunkLoop.DEFAULT_CHUNK_BYTES);
  }
}
