package dev.stockpot.coordinator.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecentRateTest {

  private final RecentRate rate = new RecentRate();

  private static long seconds(double seconds) {
    return (long) (seconds * Duration.ofSeconds(1).toNanos());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1_000_000, -1_000_000})
  void itIsTheMeanOverTenSeconds(double begin) {
    for (int tenth = 0; tenth < 200; tenth++) {
      rate.add(50, seconds(begin) + seconds(tenth / 10.0));
    }
    assertThat(rate.perSecond(seconds(begin) + seconds(19.9))).isEqualTo(500);
    assertThat(rate.perSecond(seconds(begin) + seconds(24.9))).isEqualTo(250);
    assertThat(rate.perSecond(seconds(begin) + seconds(30))).isZero();
  }

  @Test
  void whatBeganAMomentAgoIsNotDividedByTenSeconds() {
    rate.add(600, seconds(1_002));
    assertThat(rate.perSecond(seconds(1_002), seconds(1_000))).isEqualTo(300);
    assertThat(rate.perSecond(seconds(1_002), seconds(900))).isEqualTo(60);
    assertThat(rate.perSecond(seconds(1_002), seconds(1_002))).isEqualTo(600);
  }

  @Test
  void whoDidNothingHasNone() {
    assertThat(rate.perSecond(seconds(5))).isZero();
    rate.add(100, seconds(1_000));
    assertThat(rate.perSecond(seconds(1_000))).isEqualTo(10);
    assertThat(rate.perSecond(seconds(100_000))).isZero();
  }
}
