package dev.stockpot.coordinator.figures;

import dev.stockpot.metrics.Metrics;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.api.WorkerView;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The workers and what their devices say of themselves, as they were seen last. */
public final class WorkerFigures {

  private static final double PERCENT = 100;
  private static final double MILLI = 1000;

  private volatile List<WorkerView> workers = List.of();

  /** Those of this process, which show from the first time on. */
  public static WorkerFigures of(Metrics metrics) {
    return metrics.part(WorkerFigures.class, WorkerFigures::new);
  }

  private WorkerFigures(PrometheusRegistry registry) {
    GaugeWithCallback.builder()
        .name("stockpot_workers")
        .help("Workers that are known, by what they do.")
        .labelNames("status")
        .callback(told -> {
          Map<String, Long> counts = new HashMap<>();
          WorkerView.STATUSES.forEach(status -> counts.put(status, 0L));
          workers.forEach(worker -> counts.merge(worker.status(), 1L, Long::sum));
          counts.forEach((status, count) -> told.call((double) count, status));
        })
        .register(registry);
    device(
        registry,
        "stockpot_device_utilization_ratio",
        "How much of the time a GPU computed lately.",
        sample ->
            sample.gpuPercent().isPresent()
                ? OptionalDouble.of(sample.gpuPercent().getAsInt() / PERCENT)
                : OptionalDouble.empty());
    device(
        registry,
        "stockpot_device_memory_used_bytes",
        "Memory of a GPU that is in use, by whomever.",
        sample ->
            sample.memoryUsedBytes().isPresent()
                ? OptionalDouble.of((double) sample.memoryUsedBytes().getAsLong())
                : OptionalDouble.empty());
    device(
        registry,
        "stockpot_device_memory_bytes",
        "Memory of a GPU.",
        sample ->
            sample.memoryBytes().isPresent()
                ? OptionalDouble.of((double) sample.memoryBytes().getAsLong())
                : OptionalDouble.empty());
    device(
        registry,
        "stockpot_device_temperature_celsius",
        "How hot a GPU is.",
        sample ->
            sample.celsius().isPresent()
                ? OptionalDouble.of(sample.celsius().getAsInt())
                : OptionalDouble.empty());
    device(
        registry,
        "stockpot_device_power_watts",
        "What a GPU draws.",
        sample ->
            sample.milliwatts().isPresent()
                ? OptionalDouble.of(sample.milliwatts().getAsInt() / MILLI)
                : OptionalDouble.empty());
  }

  private void device(
      PrometheusRegistry registry,
      String name,
      String help,
      Function<DeviceSample, OptionalDouble> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("worker")
        .callback(told ->
            workers.forEach(worker ->
                worker
                    .sample()
                    .map(value)
                    .ifPresent(each -> each.ifPresent(of -> told.call(of, worker.name())))))
        .register(registry);
  }

  /** These are all. */
  public void saw(List<WorkerView> present) {
    workers = List.copyOf(present);
  }
}
