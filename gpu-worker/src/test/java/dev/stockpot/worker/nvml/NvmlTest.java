package dev.stockpot.worker.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.FakeGpus;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.worker.nvml.Nvml.NvmlProbe;
import dev.stockpot.worker.nvml.NvmlGpu.Capability;
import dev.stockpot.worker.nvml.NvmlGpu.PcieLink;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * NVML's own library is played by one that the C compiler made; its header has the struct sizes.
 */
final class NvmlTest {

  private static final String ONE =
      "uuid=GPU-5fd4f087-86f3-7a43-b711-4771313afc50,pci=0000:18:00.0,name=Fake H100,memory=80G,"
          + "free=79G,cc=9.0,mig=0,busy=37,celsius=54,milliwatts=71234";

  @BeforeAll
  static void needsACompiler() {
    Optional<String> missing = FakeGpus.missing();
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
  }

  @Test
  void everythingThatADeviceSaysIsRead() {
    try (FakeGpus _ = FakeGpus.use(ONE);
        Nvml nvml = available()) {
      assertThat(nvml.driverVersion()).contains("580.65.06");
      assertThat(nvml.gpus())
          .containsExactly(
              new NvmlGpu(
                  0,
                  Optional.of("Fake H100"),
                  Optional.of("GPU-5fd4f087-86f3-7a43-b711-4771313afc50"),
                  Optional.of("00000000:18:00.0"),
                  OptionalLong.of(80L << 30),
                  Optional.of(false),
                  Optional.of(new Capability(9, 0)),
                  Optional.of(new PcieLink(5, 16)),
                  Optional.empty()));
      assertThat(nvml.sample(nvml.gpus().getFirst()))
          .isEqualTo(
              new DeviceSample(
                  OptionalInt.of(37),
                  OptionalLong.of(1L << 30),
                  OptionalLong.of(80L << 30),
                  OptionalInt.of(54),
                  OptionalInt.of(71234)));
    }
  }

  @ParameterizedTest
  @CsvSource({"name", "uuid", "pci", "memory", "mig", "cc", "link"})
  void aFactThatADeviceDoesNotKnowIsMissingByItself(String field) {
    try (FakeGpus _ = FakeGpus.use(ONE + ",unsupported=" + field);
        Nvml nvml = available()) {
      NvmlGpu gpu = nvml.gpus().getFirst();
      assertThat(gpu.name().isEmpty()).isEqualTo(field.equals("name"));
      assertThat(gpu.uuid().isEmpty()).isEqualTo(field.equals("uuid"));
      assertThat(gpu.pciId().isEmpty()).isEqualTo(field.equals("pci"));
      assertThat(gpu.memoryBytes().isEmpty()).isEqualTo(field.equals("memory"));
      assertThat(gpu.mig().isEmpty()).isEqualTo(field.equals("mig"));
      assertThat(gpu.capability().isEmpty()).isEqualTo(field.equals("cc"));
      assertThat(gpu.link().isEmpty()).isEqualTo(field.equals("link"));
    }
  }

  @ParameterizedTest
  @CsvSource({"utilization", "memory", "temperature", "power"})
  void aMeasurementThatADeviceDoesNotMakeIsMissingByItself(String field) {
    try (FakeGpus _ = FakeGpus.use(ONE + ",unsupported=" + field);
        Nvml nvml = available()) {
      DeviceSample sample = nvml.sample(nvml.gpus().getFirst());
      assertThat(sample.gpuPercent().isEmpty()).isEqualTo(field.equals("utilization"));
      assertThat(sample.memoryBytes().isEmpty()).isEqualTo(field.equals("memory"));
      assertThat(sample.memoryUsedBytes().isEmpty()).isEqualTo(field.equals("memory"));
      assertThat(sample.celsius().isEmpty()).isEqualTo(field.equals("temperature"));
      assertThat(sample.milliwatts().isEmpty()).isEqualTo(field.equals("power"));
    }
  }

  @Test
  void aLostDeviceIsListedWithItsTroubleAmongTheOthers() {
    try (FakeGpus _ = FakeGpus.use(ONE + ",error=15;uuid=GPU-b,name=Fake B");
        Nvml nvml = available()) {
      assertThat(nvml.gpus()).extracting(NvmlGpu::index).containsExactly(0, 1);
      assertThat(nvml.gpus().getFirst().trouble())
          .contains("it fell off the bus; restart the machine");
      assertThat(nvml.sample(nvml.gpus().getFirst()).celsius()).isEmpty();
      assertThat(nvml.gpus().getLast().name()).contains("Fake B");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          4   | this user may not use the NVIDIA driver | /dev/nvidiactl
          9   | the NVIDIA driver is installed, but not loaded | modprobe nvidia
          18  | the NVIDIA driver that is loaded has another version than its libraries | restart
          999 | NVML does not start: Unknown Error (999) | nvidia-smi
          """)
  void aDriverThatDoesNotWorkSaysWhyAndWhatToDo(int code, String why, String cure) {
    try (FakeGpus _ = FakeGpus.use("nvml-init=" + code)) {
      assertThat(Nvml.open())
          .isInstanceOfSatisfying(
              NvmlProbe.Refused.class,
              refused -> {
                assertThat(refused.why()).isEqualTo(why);
                assertThat(refused.cure()).contains(cure).doesNotContain("\n");
              });
    }
  }

  @Test
  void aMissingLibraryIsToldByItsName() {
    FakeGpus.none();
    assertThat(Nvml.open()).isEqualTo(new NvmlProbe.Missing("libnvidia-ml.so.1 is not found"));
  }

  @Test
  void whoAsksAfterTheEndGetsNoAnswer() {
    try (FakeGpus _ = FakeGpus.use(ONE)) {
      Nvml nvml = available();
      NvmlGpu gpu = nvml.gpus().getFirst();
      nvml.close();
      nvml.close();
      assertThat(nvml.sample(gpu).gpuPercent()).isEmpty();
      assertThat(nvml.driverVersion()).isEmpty();
    }
  }

  /** The sizes that {@code nvml.h} gives them; {@code fake_nvml.c} asserts the same in C. */
  @Test
  void theStructsAreLaidOutAsNvidiaDoes() {
    assertThat(NvmlDevice.PCI.byteSize()).isEqualTo(68);
    assertThat(NvmlDevice.offset(NvmlDevice.PCI, "busId")).isEqualTo(36);
    assertThat(NvmlDevice.MEMORY.byteSize()).isEqualTo(40);
    assertThat(NvmlDevice.offset(NvmlDevice.MEMORY, "used")).isEqualTo(32);
    assertThat(NvmlDevice.MEMORY_VERSION).isEqualTo(40 | 2 << 24);
    assertThat(NvmlDevice.UTILIZATION.byteSize()).isEqualTo(8);
  }

  private static Nvml available() {
    return switch (Nvml.open()) {
      case NvmlProbe.Available available -> available.nvml();
      case NvmlProbe other -> throw new AssertionError(other);
    };
  }
}
