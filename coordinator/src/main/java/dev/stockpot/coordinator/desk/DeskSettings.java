package dev.stockpot.coordinator.desk;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How leases are given and ended.
 *
 * @param leaseTerm how long a lease, and a worker's presence, lasts without a sign of life
 * @param leaseCheck how often deadlines are checked
 * @param progress how often jobs hear how far their tasks are
 */
public record DeskSettings(
    Duration leaseTerm, Duration leaseCheck, Duration progress, LeaseLimits limits) {

  /** Reads the section {@code stockpot.coordinator} of the whole configuration. */
  public static DeskSettings from(Config root) {
    Config config = root.getConfig("stockpot.coordinator");
    return new DeskSettings(
        config.getDuration("lease-term"),
        config.getDuration("lease-check"),
        config.getDuration("progress"),
        new LeaseLimits(
            config.getInt("lease-tasks"),
            config.getMemorySize("lease-traffic").toBytes(),
            config.getInt("leases-per-worker")));
  }
}
