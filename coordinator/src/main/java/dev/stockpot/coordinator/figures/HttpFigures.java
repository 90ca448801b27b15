package dev.stockpot.coordinator.figures;

import dev.stockpot.metrics.Histograms;
import dev.stockpot.metrics.Metrics;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Set;

/** Requests of the HTTP API, and the bytes of files that go through it. Safe for any thread. */
public final class HttpFigures {

  private static final Set<String> METHODS = Set.of("GET", "PUT", "POST", "DELETE");
  private static final double NANOS = 1e9;

  private final Counter requests;
  private final Histogram seconds;
  private final CounterDataPoint sent;
  private final CounterDataPoint received;

  /** Those of this process, which show from the first time on. */
  public static HttpFigures of(Metrics metrics) {
    return metrics.part(HttpFigures.class, HttpFigures::new);
  }

  private HttpFigures(PrometheusRegistry registry) {
    requests =
        KindFigures.counter(
            registry,
            "stockpot_http_requests_total",
            "Requests that were answered, by the address's template.",
            "route",
            "method",
            "status");
    seconds =
        Histograms.seconds(
            registry,
            "stockpot_http_request_seconds",
            "How long it took until an answer began.",
            "route");
    Counter bytes =
        KindFigures.counter(
            registry,
            "stockpot_data_plane_bytes_total",
            "Bytes of inputs that were sent to workers which do not see the files, and of outputs"
                + " that were received from them.",
            "direction");
    sent = bytes.labelValues("sent");
    received = bytes.labelValues("received");
  }

  /**
   * An answer begins.
   *
   * @param route the template of its address, or {@code none}
   */
  public void answered(String route, String method, int status, long nanos) {
    requests
        .labelValues(route, METHODS.contains(method) ? method : "other", Integer.toString(status))
        .inc();
    seconds.labelValues(route).observe(nanos / NANOS);
  }

  public void sent(long bytes) {
    sent.inc(bytes);
  }

  public void received(long bytes) {
    received.inc(bytes);
  }
}
