package dev.stockpot.worker.node;

import dev.stockpot.worker.cuda.CudaDevice;
import dev.stockpot.worker.cuda.CudaExecutor;
import dev.stockpot.worker.cuda.CudaSettings;
import dev.stockpot.worker.execution.DeviceExecutor;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The devices that this process merges on, with what samples them. GPUs are looked for only where
 * they are wanted, and CUDA's classes are touched only where there is one.
 */
public final class LocalDevices implements AutoCloseable {

  /** As often as workers report, by default. */
  private static final Duration SAMPLE_PERIOD = Duration.ofSeconds(1);

  private final HostDevices devices;
  private final Optional<String> whyNoGpu;
  private final Runnable close;

  private LocalDevices(HostDevices devices, Optional<String> whyNoGpu, Runnable close) {
    this.devices = devices;
    this.whyNoGpu = whyNoGpu;
    this.close = close;
  }

  /**
   * Looks for them. With a driver that takes parts of a second.
   *
   * @param cuda for each of so many GPUs
   */
  public static LocalDevices find(
      DeviceMode mode, HostDevices.Cpu cpu, IntFunction<CudaSettings> cuda) {
    if (mode == DeviceMode.CPU) {
      return new LocalDevices(HostDevices.of(mode, cpu, Map.of()), Optional.empty(), () -> {});
    }
    return switch (HostGpus.find()) {
      case HostGpus.None none -> {
        String cure = none.cure().map(text -> " (" + text + ")").orElse("");
        yield new LocalDevices(
            HostDevices.of(mode, cpu, Map.of()), Optional.of(none.why() + cure), none::close);
      }
      case HostGpus.Found found when found.usable().isEmpty() ->
          new LocalDevices(
              HostDevices.of(mode, cpu, Map.of()), Optional.of(notUsed(found)), found::close);
      case HostGpus.Found found -> {
        DeviceSampler sampler = DeviceSampler.start(found, SAMPLE_PERIOD);
        yield new LocalDevices(
            HostDevices.of(
                mode, cpu, executors(found, sampler, cpu, cuda.apply(found.usable().size()))),
            Optional.empty(),
            sampler::close);
      }
    };
  }

  private static String notUsed(HostGpus.Found found) {
    return found.gpus().stream()
        .map(gpu -> gpu.name() + " is not used: " + gpu.notUsed().orElse(""))
        .collect(Collectors.joining("; "));
  }

  private static Map<String, Supplier<DeviceExecutor>> executors(
      HostGpus.Found found, DeviceSampler sampler, HostDevices.Cpu cpu, CudaSettings settings) {
    Map<String, Supplier<DeviceExecutor>> executors = new LinkedHashMap<>();
    for (HostGpu gpu : found.usable()) {
      CudaDevice device = gpu.cuda().orElseThrow();
      executors.put(
          name(gpu, device),
          () ->
              CudaExecutor.start(
                  device, settings, cpu.kernels(), cpu.storage(), () -> sampler.latest(gpu)));
    }
    return executors;
  }

  /** By the number that the driver's own tools and {@code stockpot devices} show. */
  private static String name(HostGpu gpu, CudaDevice device) {
    return "gpu-" + gpu.nvml().map(nvml -> nvml.index()).orElse(device.ordinal());
  }

  public HostDevices devices() {
    return devices;
  }

  /** Why no GPU is used though the mode wants some; in one line. */
  public Optional<String> whyNoGpu() {
    return whyNoGpu;
  }

  /** Once no executor works any more. */
  @Override
  public void close() {
    close.run();
  }
}
