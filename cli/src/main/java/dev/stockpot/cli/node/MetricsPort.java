package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsServer;
import dev.stockpot.metrics.MetricsSettings;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port of a node for its metrics, where its settings want one. */
final class MetricsPort {

  private static final Logger LOG = LoggerFactory.getLogger(MetricsPort.class);

  private MetricsPort() {}

  /**
   * Opens it. A node whose metrics nobody can read does its work all the same.
   *
   * @param unready why the node does not do its work; empty if it does
   * @return empty where none is wanted, or can be had
   */
  static Optional<MetricsServer> open(
      Config config, Metrics metrics, Supplier<Optional<String>> unready) {
    MetricsSettings settings = MetricsSettings.from(config);
    if (settings.port() == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(MetricsServer.start(settings, metrics, unready));
    } catch (IOException e) {
      LOG.warn("No metrics are served: {}", e.getMessage());
      return Optional.empty();
    }
  }
}
