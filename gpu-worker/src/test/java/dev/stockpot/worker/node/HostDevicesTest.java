package dev.stockpot.worker.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.cuda.CudaSettings;
import dev.stockpot.worker.execution.DeviceExecutor;
import dev.stockpot.worker.storage.NodeStorage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class HostDevicesTest {

  private static final HostDevices.Cpu CPU =
      new HostDevices.Cpu(
          List.of(new CpuSettings(1), new CpuSettings(3)), Kernels.scalar(), NodeStorage.own());

  private static final Map<String, Supplier<DeviceExecutor>> NO_GPU = Map.of();
  private static final Map<String, Supplier<DeviceExecutor>> GPU =
      Map.of(
          "gpu-0",
          () -> {
            throw new AssertionError("not to be started here");
          });

  private static DeviceRates rates(HostDevices devices, String name) {
    try (DeviceExecutor executor = Objects.requireNonNull(devices.serving().get(name)).get()) {
      return executor.device().rates();
    }
  }

  @Test
  void withoutAGpuTheCpuServesInEveryModeAndIsNotMeasured() {
    for (DeviceMode mode : DeviceMode.values()) {
      HostDevices devices = HostDevices.of(mode, CPU, NO_GPU);
      assertThat(devices.serving()).as("%s", mode).containsOnlyKeys("cpu-0", "cpu-1");
      assertThat(devices.spare()).isEmpty();
      assertThat(rates(devices, "cpu-0").measured()).isFalse();
    }
  }

  @Test
  void eachModeHasItsDevices() {
    HostDevices cpu = HostDevices.of(DeviceMode.CPU, CPU, GPU);
    assertThat(cpu.serving()).containsOnlyKeys("cpu-0", "cpu-1");
    HostDevices gpu = HostDevices.of(DeviceMode.GPU, CPU, GPU);
    assertThat(gpu.serving()).containsOnlyKeys("gpu-0");
    assertThat(gpu.spare()).containsOnlyKeys("cpu-0", "cpu-1");
    HostDevices all = HostDevices.of(DeviceMode.ALL, CPU, GPU);
    assertThat(all.serving()).containsOnlyKeys("gpu-0", "cpu-0", "cpu-1");
    assertThat(rates(all, "cpu-1").measured()).isFalse();
  }

  @Test
  void whereThereIsAChoiceTheCpuIsMeasuredAndItsWorkersShareTheRate() {
    HostDevices devices = HostDevices.of(DeviceMode.AUTO, CPU, GPU);
    assertThat(devices.serving()).containsOnlyKeys("gpu-0", "cpu-0", "cpu-1");
    DeviceRates one = rates(devices, "cpu-0");
    DeviceRates three = rates(devices, "cpu-1");
    assertThat(one.measured()).isTrue();
    assertThat(one.in()).isBetween(3 * one.out() - 3, 3 * one.out() + 3);
    assertThat(three.out()).isBetween(3 * one.out() - 3, 3 * one.out() + 3);
    assertThat(one.resident()).isFalse();
  }

  @Test
  void modesAreReadAsTheyAreWritten() {
    for (DeviceMode mode : DeviceMode.values()) {
      assertThat(DeviceMode.parse(mode.toString())).isEqualTo(Optional.of(mode));
    }
    assertThat(DeviceMode.parse("GPU")).isEmpty();
    assertThat(DeviceMode.from(ConfigFactory.load())).isEqualTo(DeviceMode.AUTO);
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(
            () -> DeviceMode.from(ConfigFactory.parseString("stockpot.worker.device = gpus")))
        .withMessageContaining("'gpus' is none of auto, cpu, gpu, all");
  }

  @Test
  void withoutADriverTheCpuServesAndItIsSaidWhyInALine() {
    CudaSettings cuda = CudaSettings.from(ConfigFactory.load());
    System.setProperty("stockpot.nvml.library", "/nowhere/libnvidia-ml.so.1");
    System.setProperty("stockpot.cuda.library", "/nowhere/libcuda.so.1");
    try (LocalDevices devices = LocalDevices.find(DeviceMode.GPU, CPU, _ -> cuda)) {
      assertThat(devices.devices().serving()).containsOnlyKeys("cpu-0", "cpu-1");
      assertThat(devices.whyNoGpu().orElseThrow()).isNotBlank().doesNotContain("\n");
    } finally {
      System.clearProperty("stockpot.nvml.library");
      System.clearProperty("stockpot.cuda.library");
    }
    try (LocalDevices devices = LocalDevices.find(DeviceMode.CPU, CPU, _ -> cuda)) {
      assertThat(devices.whyNoGpu()).as("nobody asked for one").isEmpty();
    }
  }
}
