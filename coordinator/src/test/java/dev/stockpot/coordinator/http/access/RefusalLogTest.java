package dev.stockpot.coordinator.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RefusalLogTest {

  private final AtomicLong nanos = new AtomicLong();
  private final RefusalLog log = new RefusalLog("a request", Duration.ofSeconds(60), nanos::get);

  @Test
  void aFloodIsOneLineAndAFigure() {
    assertThat(log.line("10.0.0.1", "401 GET")).hasValue("refused a request of 10.0.0.1: 401 GET");
    for (int i = 0; i < 1_000; i++) {
      assertThat(log.line("10.0.0.1", "401 GET")).isEmpty();
    }
    nanos.addAndGet(Duration.ofSeconds(60).toNanos());
    assertThat(log.line("10.0.0.1", "401 GET"))
        .hasValue("refused a request of 10.0.0.1: 401 GET (and 1000 more before)");
  }

  @Test
  void otherPeersAndCausesAreLoggedToo() {
    assertThat(log.line("10.0.0.1", "401 GET")).isPresent();
    assertThat(log.line("10.0.0.2", "401 GET")).isPresent();
    assertThat(log.line("10.0.0.1", "413 POST")).isPresent();
  }

  @Test
  void noMoreIsRememberedThanABoundedNumber() {
    for (int i = 0; i < 5_000; i++) {
      assertThat(log.line("peer " + i, "401 GET")).isPresent();
    }
    assertThat(log.line("peer 4999", "401 GET")).isEmpty();
    assertThat(log.line("peer 0", "401 GET")).isPresent();
  }
}
