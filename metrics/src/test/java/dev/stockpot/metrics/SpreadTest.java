package dev.stockpot.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.api.Test;

class SpreadTest {

  private final Histogram histogram =
      Histograms.seconds(new PrometheusRegistry(), "stockpot_some_seconds", "Some.");

  private Spread now() {
    return Spread.of(histogram.collect().getDataPoints().getFirst());
  }

  @Test
  void quantilesAreRightToABucketOfNinePercent() {
    for (int i = 1; i <= 1000; i++) {
      histogram.observe(i / 1000.0);
    }
    assertThat(now().quantile(0.5).orElseThrow()).isCloseTo(0.5, within(0.05));
    assertThat(now().quantile(0.99).orElseThrow()).isCloseTo(0.99, within(0.1));
  }

  @Test
  void whatWasSeenBeforeDoesNotCount() {
    for (int i = 0; i < 100; i++) {
      histogram.observe(10);
    }
    Spread before = now();
    assertThat(now().since(before).quantile(0.5)).isEmpty();
    histogram.observe(0.001);
    assertThat(now().since(before).quantile(0.99).orElseThrow()).isCloseTo(0.001, within(0.0001));
  }
}
