package dev.stockpot.worker.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkerSettingsTest {

  private static WorkerSettings with(String changed) {
    return WorkerSettings.from(
        ConfigFactory.parseString(changed).withFallback(ConfigFactory.load()).resolve());
  }

  @Test
  void aWorkerMayUseItsUsersHomeUnlessToldOtherwise() {
    assertThat(with("").roots().directories())
        .containsExactly(Path.of(System.getProperty("user.home")));
    assertThat(with("stockpot.worker.roots = [\"/a/b/../c\", \"/d\"]").roots().directories())
        .containsExactly(Path.of("/a/c"), Path.of("/d"));
  }

  @Test
  void everyDefaultIsThere() {
    WorkerSettings settings = with("");
    assertThat(settings.heartbeat()).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings.drainTimeout()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.orphanTerm()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.remote().bufferBytes()).isEqualTo(128 << 20);
  }

  @Test
  void aBufferThatDoesNotHoldTheLargestTaskIsRefused() {
    WorkerSettings.Remote remote = with("stockpot.worker.remote.buffer = 63 MiB").remote();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> remote.with(2, Optional.empty()))
        .withMessageContaining("stockpot.worker.remote.buffer");
  }
}
