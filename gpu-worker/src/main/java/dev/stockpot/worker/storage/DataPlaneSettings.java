package dev.stockpot.worker.storage;

import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * How a worker moves tensor bytes through the coordinator.
 *
 * @param connectTimeout for a connection, TLS included
 * @param stallTimeout after so long without a byte a transfer has failed
 * @param bufferBytes memory, on the heap, for bytes on their way: half of it for what was read
 *     ahead, half for what waits to be written
 * @param threads merging threads of the whole process, which share the memory
 * @param tls for {@code https}; empty for what the JVM trusts. The name in the coordinator's
 *     certificate must be the one in its address in any case.
 */
public record DataPlaneSettings(
    Duration connectTimeout,
    Duration stallTimeout,
    long bufferBytes,
    int threads,
    Optional<SSLContext> tls) {

  /** Twice the largest task that the planner makes of a float64 tensor. */
  public static final long LEAST_BUFFER_BYTES = 64L << 20;

  public DataPlaneSettings {
    if (bufferBytes < LEAST_BUFFER_BYTES) {
      throw new IllegalArgumentException(
          "stockpot.worker.remote.buffer must be at least 64 MiB, is " + bufferBytes + " bytes");
    }
  }
}
