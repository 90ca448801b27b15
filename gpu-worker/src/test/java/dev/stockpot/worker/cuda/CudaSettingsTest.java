package dev.stockpot.worker.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CudaSettingsTest {

  private static CudaSettings with(String setting) {
    Config changed = ConfigFactory.parseString("stockpot.worker.cuda." + setting);
    return CudaSettings.from(changed.withFallback(ConfigFactory.load()));
  }

  @Test
  void theDefaultsAreTwoFeedersForEachCoreAndAllMemoryForWhatIsReused() {
    CudaSettings settings = CudaSettings.from(ConfigFactory.load());
    assertThat(settings.feeders())
        .isEqualTo(Math.min(32, 2 * Runtime.getRuntime().availableProcessors()));
    assertThat(settings.slotBytes()).isEqualTo(20 << 20);
    assertThat(settings.residentBytes()).isEqualTo(CudaSettings.UNBOUNDED);
    assertThat(settings.timeout()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void eachCanBeSet() {
    assertThat(with("feeders = 5").feeders()).isEqualTo(5);
    assertThat(with("resident-memory = 3 GiB").residentBytes()).isEqualTo(3L << 30);
    assertThat(with("resident-memory = 0").residentBytes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "feeders = -1, stockpot.worker.cuda.feeders must be at least 1",
    "slot = 1 MiB, stockpot.worker.cuda.slot must be at least 4 MiB",
    "timeout = 0s, stockpot.worker.cuda.timeout must be positive"
  })
  void whatMakesNoSenseIsNamed(String setting, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with(setting))
        .withMessageStartingWith(message);
  }
}
