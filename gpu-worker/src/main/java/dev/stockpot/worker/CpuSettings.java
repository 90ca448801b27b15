package dev.stockpot.worker;

/**
 * How a CPU worker divides its work.
 *
 * @param threads merging threads of one worker
 * @param chunkBytes bytes of each source, and of the output, that a thread holds at a time
 */
public record CpuSettings(int threads, long chunkBytes) {

  /** Measured: chunks of this size stay in a core's second-level cache with three sources. */
  public static final long DEFAULT_CHUNK_BYTES = 128 << 10;

  public CpuSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, is " + threads);
    }
    if (chunkBytes < 64) {
      throw new IllegalArgumentException("chunkBytes must be at least 64, is " + chunkBytes);
    }
  }
}
