package dev.stockpot.worker.node;

import dev.stockpot.worker.cuda.CudaDevice;
import dev.stockpot.worker.cuda.CudaDriver.CudaProbe;
import dev.stockpot.worker.nvml.NvmlGpu;
import dev.stockpot.worker.nvml.NvmlGpu.Capability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Brings the two lists of devices together: NVML counts all in the order of their slots, CUDA those
 * of {@code CUDA_VISIBLE_DEVICES} in an order of its own.
 *
 * @param visibleDevices the value of {@code CUDA_VISIBLE_DEVICES}
 */
record GpuMatch(CudaProbe cuda, Optional<String> visibleDevices) {

  /** The oldest architecture that the kernels are made for: Volta. */
  private static final int OLDEST = 7;

  /** For example {@code 12.4}. */
  Optional<String> cudaVersion() {
    return switch (cuda) {
      case CudaProbe.Available available -> {
        int version = available.driverVersion();
        yield Optional.of(version / 1000 + "." + version % 1000 / 10);
      }
      case CudaProbe.Missing _ -> Optional.empty();
    };
  }

  /** NVML's devices in its order, then those that only CUDA knows. */
  List<HostGpu> of(List<NvmlGpu> gpus) {
    List<CudaDevice> devices =
        switch (cuda) {
          case CudaProbe.Available available -> available.devices();
          case CudaProbe.Missing _ -> List.of();
        };
    List<HostGpu> all = new ArrayList<>();
    for (NvmlGpu gpu : gpus) {
      Optional<CudaDevice> match = match(gpu, devices);
      all.add(new HostGpu(Optional.of(gpu), match, whyNot(gpu, match)));
    }
    devices.stream()
        .filter(device -> all.stream().noneMatch(host -> isPartOf(device, host)))
        .map(device -> new HostGpu(Optional.empty(), Optional.of(device), tooOld(device)))
        .forEach(all::add);
    return List.copyOf(all);
  }

  private static Optional<CudaDevice> match(NvmlGpu gpu, List<CudaDevice> devices) {
    Optional<PciId> place = gpu.pciId().flatMap(PciId::parse);
    Stream<CudaDevice> byUuid =
        devices.stream()
            .filter(device -> gpu.uuid().filter(device.uuid()::equalsIgnoreCase).isPresent());
    Stream<CudaDevice> byPlace =
        devices.stream()
            .filter(_ -> place.isPresent())
            .filter(device -> PciId.parse(device.pciId()).equals(place));
    return Stream.concat(byUuid, byPlace).findFirst();
  }

  /** An instance of a divided GPU has the place of the whole. */
  private static boolean isPartOf(CudaDevice device, HostGpu host) {
    return host.cuda().filter(device::equals).isPresent()
        || PciId.parse(device.pciId())
            .filter(place -> host.pciId().filter(place::equals).isPresent())
            .isPresent();
  }

  private Optional<String> whyNot(NvmlGpu gpu, Optional<CudaDevice> match) {
    if (gpu.trouble().isPresent()) {
      return gpu.trouble();
    }
    if (gpu.mig().orElse(false)) {
      return Optional.of("MIG is on, and only whole GPUs are used (nvidia-smi -mig 0)");
    }
    if (match.isPresent()) {
      return tooOld(match.get());
    }
    return switch (cuda) {
      case CudaProbe.Missing missing ->
          Optional.of(
              missing.why()
                  + visibleDevices
                      .map(value -> " (CUDA_VISIBLE_DEVICES=" + value + ")")
                      .orElse(""));
      case CudaProbe.Available _ -> gpu.capability().flatMap(GpuMatch::tooOld).or(this::hidden);
    };
  }

  private Optional<String> hidden() {
    return Optional.of(
        visibleDevices
            .map(value -> "hidden by CUDA_VISIBLE_DEVICES=" + value)
            .orElse("CUDA does not list it"));
  }

  private static Optional<String> tooOld(CudaDevice device) {
    return tooOld(new Capability(device.computeMajor(), device.computeMinor()));
  }

  private static Optional<String> tooOld(Capability capability) {
    return capability.major() < OLDEST
        ? Optional.of("compute capability " + capability + ", needs " + OLDEST + ".0")
        : Optional.empty();
  }
}
