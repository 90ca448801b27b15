package dev.stockpot.worker.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.FakeGpus;
import dev.stockpot.worker.cuda.CudaDevice;
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
  void threeDevicesInAnotherOrderThanCudasMeetAndOneThatIsDividedIsNotUsed() {
    needsACompiler();
    String scenario =
        """
        uuid=GPU-00000000-0000-0000-0000-00000000000a,pci=0000:18:00.0,name=Fake A,cuda=2,memory=8G;
        uuid=GPU-00000000-0000-0000-0000-00000000000b,pci=0000:3b:00.0,name=Fake B,cuda=0,mig=1;
        uuid=GPU-00000000-0000-0000-0000-00000000000c,pci=0000:c1:00.0,name=Fake C,cuda=1,celsius=41
        """
            .replace("\n", "");
    try (FakeGpus _ = FakeGpus.use(scenario);
        HostGpus gpus = HostGpus.find()) {
      assertThat(gpus)
          .isInstanceOfSatisfying(
              HostGpus.Found.class,
              found -> {
                assertThat(found.driver()).contains("580.65.06");
                assertThat(found.cuda()).isPresent();
                assertThat(found.gpus())
                    .extracting(gpu -> gpu.cuda().orElseThrow().ordinal())
                    .containsExactly(2, 0, 1);
                assertThat(found.gpus())
                    .allSatisfy(gpu -> {
                      assertThat(gpu.cuda().orElseThrow().name()).isEqualTo(gpu.name());
                      assertThat(gpu.cuda().map(CudaDevice::uuid)).isEqualTo(gpu.uuid());
                      assertThat(gpu.pciId())
                          .isEqualTo(PciId.parse(gpu.cuda().orElseThrow().pciId()));
                    });
                assertThat(found.usable())
                    .extracting(HostGpu::name)
                    .containsExactly("Fake A", "Fake C");
                assertThat(found.sample(found.gpus().getLast()).orElseThrow().celsius())
                    .hasValue(41);
              });
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
