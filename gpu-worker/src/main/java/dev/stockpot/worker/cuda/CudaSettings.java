package dev.stockpot.worker.cuda;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * The section {@code stockpot.worker.cuda} of the configuration, read once.
 *
 * @param feeders threads that read and write files for one device, each with a slot
 * @param slotBytes of each slot, on the host and again on the device
 * @param residentBytes device memory for sources that jobs use again and again; 0 for none
 * @param timeout after so long without an answer the device has failed
 */
public record CudaSettings(int feeders, long slotBytes, long residentBytes, Duration timeout) {

  /** Smaller slots move bytes noticeably slower than the bus could. */
  public static final long LEAST_SLOT_BYTES = 4L << 20;

  /** What {@link #residentBytes} is when the device's own memory is the only bound. */
  public static final long UNBOUNDED = Long.MAX_VALUE;

  /** Half of them may wait for the device while the others keep all cores busy. */
  private static final int FEEDERS_PER_CORE = 2;

  private static final int MOST_FEEDERS = 32;

  public CudaSettings {
    if (feeders < 1) {
      throw new IllegalArgumentException(
          "stockpot.worker.cuda.feeders must be at least 1, is " + feeders);
    }
    if (slotBytes < LEAST_SLOT_BYTES) {
      throw new IllegalArgumentException(
          "stockpot.worker.cuda.slot must be at least 4 MiB, is " + slotBytes + " bytes");
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException(
          "stockpot.worker.cuda.timeout must be positive, is " + timeout);
    }
  }

  /** Reads the section from the whole configuration. */
  public static CudaSettings from(Config root) {
    Config config = root.getConfig("stockpot.worker.cuda");
    int feeders = config.getInt("feeders");
    return new CudaSettings(
        feeders == 0
            ? Math.min(FEEDERS_PER_CORE * Runtime.getRuntime().availableProcessors(), MOST_FEEDERS)
            : feeders,
        config.getBytes("slot"),
        config.getString("resident-memory").equals("all")
            ? UNBOUNDED
            : config.getBytes("resident-memory"),
        config.getDuration("timeout"));
  }

  /**
   * The same with all slots together in so many bytes of the host's memory, as far as that goes.
   */
  public CudaSettings within(long bytes) {
    int most = Math.clamp(bytes / LEAST_SLOT_BYTES, 1, feeders);
    long each = Math.clamp(bytes / most, LEAST_SLOT_BYTES, slotBytes);
    return new CudaSettings(
        most, each / LEAST_SLOT_BYTES * LEAST_SLOT_BYTES, residentBytes, timeout);
  }
}
