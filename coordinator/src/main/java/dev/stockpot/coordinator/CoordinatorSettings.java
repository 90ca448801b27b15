package dev.stockpot.coordinator;

import com.typesafe.config.Config;
import java.time.Duration;

/** The section {@code stockpot.coordinator} of the configuration, read once. */
public record CoordinatorSettings(
    Duration leaseTerm, Duration leaseCheck, Duration progress, Config journal) {

  /** Reads the section from the whole configuration. */
  public static CoordinatorSettings from(Config root) {
    Config config = root.getConfig("stockpot.coordinator");
    return new CoordinatorSettings(
        config.getDuration("lease-term"),
        config.getDuration("lease-check"),
        config.getDuration("progress"),
        config.getConfig("journal"));
  }
}
