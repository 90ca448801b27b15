package dev.stockpot.cli.system;

import dev.stockpot.cli.console.Sizes;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.worker.cuda.CudaDevice;
import dev.stockpot.worker.node.HostGpu;
import dev.stockpot.worker.node.HostGpus;
import dev.stockpot.worker.node.PciId;
import dev.stockpot.worker.nvml.NvmlGpu;
import dev.stockpot.worker.nvml.NvmlGpu.Capability;
import dev.stockpot.worker.nvml.NvmlGpu.PcieLink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The GPUs, for people and for programs. */
final class GpusTelling {

  private static final String INDENT = " ".repeat(8);

  private GpusTelling() {}

  /** A line for all, then a few for each. */
  static String text(HostGpus gpus) {
    return switch (gpus) {
      case HostGpus.None none -> "GPU     " + none(none) + "; merges run on the CPU\n";
      case HostGpus.Found found ->
          Stream.concat(
                  Stream.of("GPU     " + summary(found)),
                  found.gpus().stream().flatMap(gpu -> lines(gpu, found.sample(gpu)).stream()))
              .collect(Collectors.joining("\n", "", "\n"));
    };
  }

  private static String none(HostGpus.None none) {
    return none.cure().map(cure -> none.why() + " (" + cure + ")").orElse(none.why());
  }

  /** How many there are and are used, in words that stand behind "GPU" or in a sentence. */
  static String summary(HostGpus.Found found) {
    int all = found.gpus().size();
    int used = found.usable().size();
    String count = used == all ? used + " used" : used + " of " + all + " used";
    return count
        + found.driver().map(version -> ", driver " + version).orElse("")
        + found.cuda().map(version -> ", CUDA " + version).orElse("");
  }

  private static List<String> lines(HostGpu gpu, Optional<DeviceSample> sample) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-8s%s%s"
            .formatted(
                gpu.nvml().map(told -> "  " + told.index()).orElse("  -"),
                gpu.name(),
                gpu.notUsed().map(why -> "; not used: " + why).orElse("")));
    add(
        lines,
        Stream.of(
            gpu.uuid(),
            gpu.pciId().map(place -> "PCI " + place),
            gpu.nvml().flatMap(NvmlGpu::link).map(Object::toString),
            gpu.cuda().map(device -> "CUDA device " + device.ordinal()),
            gpu.capability().map(capability -> "compute capability " + capability),
            gpu.nvml().flatMap(NvmlGpu::mig).map(on -> on ? "MIG on" : "MIG off")));
    add(lines, Stream.concat(Stream.of(memory(gpu, sample)), measured(sample)));
    return lines;
  }

  /** What is not known is left out, and a line of which nothing is known too. */
  private static void add(List<String> lines, Stream<Optional<String>> parts) {
    String line = parts.flatMap(Optional::stream).collect(Collectors.joining(", "));
    if (!line.isEmpty()) {
      lines.add(INDENT + line);
    }
  }

  private static Optional<String> memory(HostGpu gpu, Optional<DeviceSample> sample) {
    if (gpu.memoryBytes().isEmpty()) {
      return Optional.empty();
    }
    String all = Sizes.format(gpu.memoryBytes().getAsLong());
    return Optional.of(
        sample
            .map(DeviceSample::memoryUsedBytes)
            .filter(used -> used.isPresent())
            .map(used -> "memory " + Sizes.format(used.getAsLong()) + " used of " + all)
            .orElse("memory " + all));
  }

  private static Stream<Optional<String>> measured(Optional<DeviceSample> sample) {
    return sample.stream()
        .flatMap(told ->
            Stream.of(
                told.gpuPercent().stream().mapToObj(percent -> "busy " + percent + " %"),
                told.celsius().stream().mapToObj(degrees -> degrees + " °C"),
                told.milliwatts().stream()
                    .mapToObj(power -> String.format(Locale.ROOT, "%.1f W", power / 1000.0))))
        .map(Stream::findFirst);
  }

  /** What a device does not tell is null. */
  static Map<String, @Nullable Object> json(HostGpus gpus) {
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
