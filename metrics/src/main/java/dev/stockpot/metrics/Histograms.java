package dev.stockpot.metrics;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;

/**
 * How durations and sizes are spread: as native histograms, with buckets of 9 %, and as classic
 * ones, each bucket four times as wide as the one before, which every Prometheus reads.
 */
public final class Histograms {

  /** 2^(1/8) from one bucket to the next. */
  private static final int SCHEMA = 3;

  private static final int MOST_BUCKETS = 120;

  private static final double[] SECONDS = {
    1e-6, 4e-6, 16e-6, 64e-6, 256e-6, 1e-3, 4e-3, 16e-3, 64e-3, 0.256, 1, 4, 16, 64
  };

  /** What people and their programs take, rather than messages. */
  private static final double[] LONG_SECONDS = {
    1e-3, 4e-3, 16e-3, 64e-3, 0.256, 1, 4, 16, 64, 256, 1024, 4096, 16384
  };

  private static final double[] BYTES = {64, 256, 1024, 4096, 16384, 65536, 262144};

  private Histograms() {}

  /** Durations from microseconds to a minute; the name ends in {@code _seconds}. */
  public static Histogram seconds(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return of(registry, name, help, Unit.SECONDS, SECONDS, labels);
  }

  /** Durations from milliseconds to hours; the name ends in {@code _seconds}. */
  public static Histogram longSeconds(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return of(registry, name, help, Unit.SECONDS, LONG_SECONDS, labels);
  }

  /** Sizes of messages; the name ends in {@code _bytes}. */
  static Histogram bytes(PrometheusRegistry registry, String name, String help, String... labels) {
    return of(registry, name, help, Unit.BYTES, BYTES, labels);
  }

  private static Histogram of(
      PrometheusRegistry registry,
      String name,
      String help,
      Unit unit,
      double[] bounds,
      String... labels) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .unit(unit)
        .labelNames(labels)
        .classicUpperBounds(bounds)
        .nativeInitialSchema(SCHEMA)
        .nativeMaxNumberOfBuckets(MOST_BUCKETS)
        .withoutExemplars()
        .register(registry);
  }
}
