package dev.stockpot.worker.node;

import dev.stockpot.worker.cuda.CudaDevice;
import dev.stockpot.worker.nvml.NvmlGpu;
import dev.stockpot.worker.nvml.NvmlGpu.Capability;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One GPU, as NVML and CUDA see it; one of them may not.
 *
 * @param notUsed why nothing is merged on it; empty if it may be used
 */
public record HostGpu(Optional<NvmlGpu> nvml, Optional<CudaDevice> cuda, Optional<String> notUsed) {

  public boolean usable() {
    return notUsed.isEmpty();
  }

  public String name() {
    return nvml.flatMap(NvmlGpu::name)
        .or(() -> cuda.map(CudaDevice::name))
        .orElse("a GPU that does not tell its name");
  }

  public Optional<String> uuid() {
    return nvml.flatMap(NvmlGpu::uuid).or(() -> cuda.map(CudaDevice::uuid));
  }

  public Optional<PciId> pciId() {
    return nvml.flatMap(NvmlGpu::pciId).or(() -> cuda.map(CudaDevice::pciId)).flatMap(PciId::parse);
  }

  public OptionalLong memoryBytes() {
    OptionalLong told = nvml.map(NvmlGpu::memoryBytes).orElse(OptionalLong.empty());
    return told.isPresent() || cuda.isEmpty() ? told : OptionalLong.of(cuda.get().memoryBytes());
  }

  public Optional<Capability> capability() {
    return cuda.map(device -> new Capability(device.computeMajor(), device.computeMinor()))
        .or(() -> nvml.flatMap(NvmlGpu::capability));
  }
}
