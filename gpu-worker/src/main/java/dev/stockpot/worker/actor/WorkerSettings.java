package dev.stockpot.worker.actor;

import com.typesafe.config.Config;
import dev.stockpot.worker.storage.DataPlaneSettings;
import dev.stockpot.worker.storage.Roots;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The section {@code stockpot.worker} of the configuration, read once.
 *
 * @param heartbeat how often a worker reports its state, renews its leases and repeats receipts
 *     that were not acknowledged
 * @param drainTimeout how long a worker that is to leave may take to finish what it has begun
 * @param orphanTerm how long a lease is kept after the coordinator that gave it disappeared
 * @param roots directories in which files are opened for a coordinator on another node
 * @param remote how bytes go through the coordinator
 */
public record WorkerSettings(
    Duration heartbeat, Duration drainTimeout, Duration orphanTerm, Roots roots, Remote remote) {

  /**
   * Limits of transfers through the coordinator.
   *
   * @param connectTimeout for a connection
   * @param stallTimeout after so long without a byte a transfer has failed
   * @param bufferBytes memory of the whole process for bytes on their way
   */
  public record Remote(Duration connectTimeout, Duration stallTimeout, long bufferBytes) {

    /** The same, with what else a process knows. */
    public DataPlaneSettings with(int threads, Optional<SSLContext> tls) {
      return new DataPlaneSettings(connectTimeout, stallTimeout, bufferBytes, threads, tls);
    }
  }

  /** Reads the section from the whole configuration. */
  public static WorkerSettings from(Config root) {
    Config config = root.getConfig("stockpot.worker");
    return new WorkerSettings(
        config.getDuration("heartbeat"),
        config.getDuration("drain-timeout"),
        config.getDuration("orphan-term"),
        new Roots(config.getStringList("roots").stream().map(Path::of).toList()),
        new Remote(
            config.getDuration("remote.connect-timeout"),
            config.getDuration("remote.stall-timeout"),
            config.getBytes("remote.buffer")));
  }
}
