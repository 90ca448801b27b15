package dev.stockpot.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** How long journals take until what they write is in storage. Safe for any thread. */
public final class JournalFigures {

  private static final double NANOS = 1e9;

  private final Histogram writes;
  private final Counter failures;

  JournalFigures(PrometheusRegistry registry) {
    writes =
        Histograms.seconds(
            registry,
            "stockpot_journal_write_seconds",
            "How long a write of a journal took until it was in storage.");
    failures =
        Counter.builder()
            .name("stockpot_journal_failures_total")
            .help("Writes of journals that failed.")
            .withoutExemplars()
            .register(registry);
  }

  /** One write, of one event or of several. */
  public void wrote(long nanos, boolean succeeded) {
    writes.observe(nanos / NANOS);
    if (!succeeded) {
      failures.inc();
    }
  }

  Histogram writes() {
    return writes;
  }
}
