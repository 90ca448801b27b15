package dev.stockpot.metrics;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.OpenMetrics2Properties;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetrics2TextFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Figures as text that Prometheus reads.
 *
 * @param contentType for the header
 * @param text to be sent as UTF-8
 */
public record Exposition(String contentType, String text) {

  private static final String OPEN_METRICS = "application/openmetrics-text";

  private static final ExpositionFormatWriter TEXT =
      PrometheusTextFormatWriter.builder().setIncludeCreatedTimestamps(false).build();
  private static final ExpositionFormatWriter OPEN_METRICS_1 =
      OpenMetricsTextFormatWriter.builder().setCreatedTimestampsEnabled(false).build();

  /** The one form of text that holds native histograms. */
  private static final ExpositionFormatWriter OPEN_METRICS_2 =
      OpenMetrics2TextFormatWriter.builder()
          .setOpenMetrics2Properties(
              OpenMetrics2Properties.builder().compositeValues(true).nativeHistograms(true).build())
          .build();

  /** In OpenMetrics where that is accepted, of the version that is, else in Prometheus's own. */
  static Exposition of(MetricSnapshots snapshots, String accept) {
    ExpositionFormatWriter writer = writer(accept);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      writer.write(text, snapshots, EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Exposition(writer.getContentType(), text.toString(StandardCharsets.UTF_8));
  }

  private static ExpositionFormatWriter writer(String accept) {
    String compact = accept.replace(" ", "");
    if (!compact.contains(OPEN_METRICS)) {
      return TEXT;
    }
    return compact.contains(OPEN_METRICS + ";version=2.0.0") ? OPEN_METRICS_2 : OPEN_METRICS_1;
  }
}
