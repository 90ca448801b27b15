package dev.stockpot.worker.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.protocol.DeviceRates;
import org.junit.jupiter.api.Test;

class CpuRatesTest {

  @Test
  void coresAreMeasuredAsTheyMergeAndAsTheyFeedAnother() {
    DeviceRates rates = CpuRates.measure(new CpuSettings(2), Kernels.best());
    assertThat(rates.measured()).isTrue();
    assertThat(rates.in()).isCloseTo(3 * rates.out(), within(3L));
    assertThat(rates.feeds()).isPositive();
    assertThat(rates.resident()).isFalse();
  }
}
