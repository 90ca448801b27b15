package dev.stockpot.coordinator.figures;

import dev.stockpot.merge.Receipt.StageNanos;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What devices did, by their kind. Safe for any thread. */
final class KindFigures {

  private static final String KIND = "kind";
  private static final double NANOS = 1e9;

  private final Counter read;
  private final Counter written;
  private final Counter seconds;
  private final Map<String, Kind> kinds = new ConcurrentHashMap<>();

  /** One kind. */
  record Kind(
      CounterDataPoint read,
      CounterDataPoint written,
      CounterDataPoint reading,
      CounterDataPoint merging,
      CounterDataPoint writing) {

    /** Tasks are done and recorded. */
    void did(long bytesIn, long bytesOut, StageNanos times) {
      read.inc(bytesIn);
      written.inc(bytesOut);
      reading.inc(times.read() / NANOS);
      merging.inc(times.merge() / NANOS);
      writing.inc(times.write() / NANOS);
    }
  }

  KindFigures(PrometheusRegistry registry) {
    read =
        counter(
            registry,
            "stockpot_read_bytes_total",
            "Bytes of inputs that recorded tasks read, by the kind of device.",
            KIND);
    written =
        counter(
            registry,
            "stockpot_written_bytes_total",
            "Bytes of outputs that recorded tasks wrote, by the kind of device.",
            KIND);
    seconds =
        counter(
            registry,
            "stockpot_task_seconds_total",
            "Thread-seconds of recorded tasks, by the kind of device and what was done.",
            KIND,
            "stage");
  }

  static Counter counter(PrometheusRegistry registry, String name, String help, String... labels) {
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  /**
   * A kind's, which show from now on.
   *
   * @param name {@code cpu} or {@code cuda}
   */
  Kind of(String name) {
    return kinds.computeIfAbsent(
        name,
        _ ->
            new Kind(
                read.labelValues(name),
                written.labelValues(name),
                seconds.labelValues(name, "read"),
                seconds.labelValues(name, "merge"),
                seconds.labelValues(name, "write")));
  }
}
