package dev.stockpot.worker.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.FakeGpus;
import dev.stockpot.protocol.DeviceSample;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class DeviceSamplerTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @BeforeAll
  static void needsACompiler() {
    Optional<String> missing = FakeGpus.missing();
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
  }

  @Test
  void theLatestSampleIsAtHandAndFollowsTheDevice() {
    try (FakeGpus _ = FakeGpus.use("uuid=GPU-a,celsius=40");
        DeviceSampler sampler = DeviceSampler.start(found(), Duration.ofMillis(100))) {
      HostGpu gpu = sampler.gpus().gpus().getFirst();
      await(sampler, gpu, sample -> sample.celsius().equals(OptionalInt.of(40)));
      try (FakeGpus _ = FakeGpus.use("uuid=GPU-a,celsius=61,unsupported=power")) {
        await(
            sampler,
            gpu,
            sample -> sample.celsius().equals(OptionalInt.of(61)) && sample.milliwatts().isEmpty());
      }
    }
  }

  @Test
  void anEndedSamplerTellsNothingForLong() {
    try (FakeGpus _ = FakeGpus.use("uuid=GPU-a,celsius=40")) {
      DeviceSampler sampler = DeviceSampler.start(found(), Duration.ofMillis(1));
      sampler.close();
      HostGpu gpu = sampler.gpus().gpus().getFirst();
      Instant deadline = Instant.now().plus(PATIENCE);
      while (sampler.latest(gpu).isPresent()) {
        assertThat(Instant.now()).isBefore(deadline);
        Thread.onSpinWait();
      }
    }
  }

  private static HostGpus.Found found() {
    return switch (HostGpus.find()) {
      case HostGpus.Found found -> found;
      case HostGpus.None none -> throw new AssertionError(none);
    };
  }

  private static void await(DeviceSampler sampler, HostGpu gpu, Predicate<DeviceSample> wanted) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (sampler.latest(gpu).filter(wanted).isEmpty()) {
      assertThat(Instant.now()).isBefore(deadline);
      Thread.onSpinWait();
    }
  }
}
