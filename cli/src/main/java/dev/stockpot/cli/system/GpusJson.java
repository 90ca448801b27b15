package dev.stockpot.cli.system;

import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.worker.cuda.CudaDevice;
import dev.stockpot.worker.device.HostGpu;
import dev.stockpot.worker.device.HostGpus;
import dev.stockpot.worker.device.PciId;
import dev.stockpot.worker.nvml.NvmlGpu;
import dev.stockpot.worker.nvml.NvmlGpu.Capability;
import dev.stockpot.worker.nvml.NvmlGpu.PcieLink;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The GPUs for programs. What a device does not tell is null. */
final class GpusJson {

  private GpusJson() {}

  static Map<String, @Nullable Object> of(HostGpus gpus) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    switch (gpus) {
      case HostGpus.None none -> {
        json.put("nvidiaDriver", null);
        json.put("cuda", null);
        json.put("gpus", List.of());
        json.put("gpusMissing", none.why());
        json.put("cure", none.cure().orElse(null));
        json.put("gpusUsed", 0);
      }
      case HostGpus.Found found -> {
        json.put("nvidiaDriver", found.driver().orElse(null));
        json.put("cuda", found.cuda().orElse(null));
        json.put("gpus", found.gpus().stream().map(gpu -> gpu(gpu, found.sample(gpu))).toList());
        json.put("gpusUsed", found.usable().size());
      }
    }
    return json;
  }

  private static Map<String, @Nullable Object> gpu(HostGpu gpu, Optional<DeviceSample> sample) {
    Optional<PcieLink> link = gpu.nvml().flatMap(NvmlGpu::link);
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("index", gpu.nvml().map(NvmlGpu::index).orElse(null));
    json.put("cudaOrdinal", gpu.cuda().map(CudaDevice::ordinal).orElse(null));
    json.put("name", gpu.name());
    json.put("uuid", gpu.uuid().orElse(null));
    json.put("pci", gpu.pciId().map(PciId::toString).orElse(null));
    json.put("pcieGeneration", link.map(PcieLink::generation).orElse(null));
    json.put("pcieLanes", link.map(PcieLink::lanes).orElse(null));
    json.put("computeCapability", gpu.capability().map(Capability::toString).orElse(null));
    json.put("mig", gpu.nvml().flatMap(NvmlGpu::mig).orElse(null));
    json.put("memoryBytes", number(gpu.memoryBytes()));
    json.put("memoryUsedBytes", sample.map(told -> number(told.memoryUsedBytes())).orElse(null));
    json.put("gpuPercent", sample.map(told -> number(told.gpuPercent())).orElse(null));
    json.put("celsius", sample.map(told -> number(told.celsius())).orElse(null));
    json.put("milliwatts", sample.map(told -> number(told.milliwatts())).orElse(null));
    json.put("used", gpu.usable());
    json.put("notUsed", gpu.notUsed().orElse(null));
    return json;
  }

  private static @Nullable Long number(OptionalLong number) {
    return number.isPresent() ? number.getAsLong() : null;
  }

  private static @Nullable Integer number(OptionalInt number) {
    return number.isPresent() ? number.getAsInt() : null;
  }
}
