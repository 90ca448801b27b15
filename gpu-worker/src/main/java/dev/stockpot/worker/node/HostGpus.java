package dev.stockpot.worker.node;

import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.worker.cuda.CudaDriver;
import dev.stockpot.worker.cuda.CudaDriver.CudaProbe;
import dev.stockpot.worker.nvml.Nvml;
import dev.stockpot.worker.nvml.Nvml.NvmlProbe;
import dev.stockpot.worker.nvml.NvmlGpu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The GPUs of this host. Whoever asked for them closes them. */
public sealed interface HostGpus extends AutoCloseable {

  /**
   * At least one, used or not.
   *
   * @param driver its version, where NVML tells it
   * @param cuda the newest CUDA that the driver serves, where CUDA can be used
   * @param nvml open; empty where only CUDA knows the devices
   */
  record Found(
      List<HostGpu> gpus, Optional<String> driver, Optional<String> cuda, Optional<Nvml> nvml)
      implements HostGpus {

    /** Those that may be used. */
    public List<HostGpu> usable() {
      return gpus.stream().filter(HostGpu::usable).toList();
    }

    /** What the device does now; empty if NVML does not know it. May take its time. */
    public Optional<DeviceSample> sample(HostGpu gpu) {
      return nvml.flatMap(library -> gpu.nvml().map(library::sample));
    }

    @Override
    public void close() {
      nvml.ifPresent(Nvml::close);
    }
  }

  /**
   * None, which on a machine without an NVIDIA driver is as it should be.
   *
   * @param why in a line what is missing
   * @param cure what to do where a driver is there and does not work; else empty
   */
  record None(String why, Optional<String> cure) implements HostGpus {
    @Override
    public void close() {}
  }

  @Override
  void close();

  /**
   * Looks at the driver. Without one that takes no time; with one it starts CUDA, which takes parts
   * of a second.
   */
  static HostGpus find() {
    return switch (Nvml.open()) {
      case NvmlProbe.Available available -> found(available.nvml());
      case NvmlProbe.Missing missing -> knownToCuda().orElseGet(() -> none(missing));
      case NvmlProbe.Refused refused ->
          knownToCuda().orElseGet(() -> new None(refused.why(), Optional.of(refused.cure())));
    };
  }

  private static HostGpus found(Nvml nvml) {
    List<NvmlGpu> gpus = nvml.gpus();
    Optional<String> driver = nvml.driverVersion();
    if (gpus.isEmpty()) {
      nvml.close();
      return new None(
          "the NVIDIA driver" + driver.map(version -> " " + version).orElse("") + " sees no GPU",
          Optional.of("see whether nvidia-smi does; a container must be given its GPUs"));
    }
    GpuMatch match = match(CudaDriver.probe());
    return new Found(match.of(gpus), driver, match.cudaVersion(), Optional.of(nvml));
  }

  /** CUDA alone: a container may be given it without NVML. */
  private static Optional<HostGpus> knownToCuda() {
    GpuMatch match = match(CudaDriver.probe());
    List<HostGpu> gpus = match.of(List.of());
    return gpus.isEmpty()
        ? Optional.empty()
        : Optional.of(new Found(gpus, Optional.empty(), match.cudaVersion(), Optional.empty()));
  }

  private static GpuMatch match(CudaProbe cuda) {
    return new GpuMatch(cuda, Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES")));
  }

  private static None none(NvmlProbe.Missing missing) {
    return Files.exists(Path.of("/proc/driver/nvidia"))
        ? new None(
            "an NVIDIA driver runs, but " + missing.why(),
            Optional.of(
                "start the container with the NVIDIA runtime, or install the driver's libraries"))
        : new None("no NVIDIA driver (" + missing.why() + ")", Optional.empty());
  }
}
