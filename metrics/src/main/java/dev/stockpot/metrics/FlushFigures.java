package dev.stockpot.metrics;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** How long storage takes to flush what was written. Safe for any thread. */
public final class FlushFigures {

  private static final double NANOS = 1e9;

  private final Histogram flushes;

  FlushFigures(PrometheusRegistry registry) {
    flushes =
        Histograms.seconds(
            registry,
            "stockpot_flush_seconds",
            "How long storage took to flush what a worker wrote into a shard.");
  }

  /** One flush of one shard. */
  public void flushed(long nanos) {
    flushes.observe(nanos / NANOS);
  }
}
