package dev.stockpot.metrics;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What it takes to turn messages between nodes into bytes, and back. Safe for any thread. */
final class RemotingFigures {

  static final String OUT = "out";
  static final String IN = "in";

  static final String DIRECTION = "direction";

  private final Histogram time;
  private final Histogram size;

  /** One way. */
  record Direction(DistributionDataPoint time, DistributionDataPoint size) {

    private static final double NANOS = 1e9;

    /** A message crossed. */
    void message(int bytes, long nanos, boolean timed) {
      size.observe(bytes);
      if (timed) {
        time.observe(nanos / NANOS);
      }
    }
  }

  RemotingFigures(PrometheusRegistry registry) {
    time =
        Histograms.seconds(
            registry,
            "stockpot_remoting_serialization_seconds",
            "How long a message to another node took to become bytes (out), or from one to become"
                + " a message (in), of every sixteenth.",
            DIRECTION);
    size =
        Histograms.bytes(
            registry,
            "stockpot_remoting_message_bytes",
            "Sizes of messages to other nodes (out) and from them (in).",
            DIRECTION);
  }

  Direction direction(String name) {
    return new Direction(time.labelValues(name), size.labelValues(name));
  }

  Histogram time() {
    return time;
  }

  Histogram size() {
    return size;
  }
}
