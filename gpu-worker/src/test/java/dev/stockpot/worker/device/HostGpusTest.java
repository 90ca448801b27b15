package dev.stockpot.worker.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.FakeGpus;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HostGpusTest {

  private static void needsACompiler() {
    Optional<String> missing = FakeGpus.missing();
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
  }

  @Test
  void withoutADriverOneLineSaysWhatIsMissing() {
    FakeGpus.none();
    try (HostGpus gpus = HostGpus.find()) {
      assertThat(gpus)
          .isInstanceOfSatisfying(
              HostGpus.None.class,
              none ->
                  assertThat(none.why())
                      .contains("driver", "libnvidia-ml.so.1 is not found")
                      .doesNotContain("\n"));
    }
  }

  @Test
  void aDriverWithoutDevicesSaysSoWithItsVersion() {
    needsACompiler();
    try (FakeGpus _ = FakeGpus.use("driver=535.54.03");
        HostGpus gpus = HostGpus.find()) {
      assertThat(gpus)
          .isInstanceOfSatisfying(
              HostGpus.None.class,
              none -> {
                assertThat(none.why()).isEqualTo("the NVIDIA driver 535.54.03 sees no GPU");
                assertThat(none.cure()).isPresent();
              });
    }
  }

  @Test
  void aDriverThatDoesNotWorkComesWithACure() {
    needsACompiler();
    try (FakeGpus _ = FakeGpus.use("nvml-init=18;cuda-init=803");
        HostGpus gpus = HostGpus.find()) {
      assertThat(gpus)
          .isInstanceOfSatisfying(
              HostGpus.None.class,
              none -> {
                assertThat(none.why()).contains("another version than its libraries");
                assertThat(none.cure())
                    .hasValueSatisfying(cure -> assertThat(cure).startsWith("restart"));
              });
    }
  }
}
