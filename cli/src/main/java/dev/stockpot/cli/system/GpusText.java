package dev.stockpot.cli.system;

import dev.stockpot.cli.console.Sizes;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.worker.device.HostGpu;
import dev.stockpot.worker.device.HostGpus;
import dev.stockpot.worker.nvml.NvmlGpu;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The GPUs for people: a line for all, then a few for each. */
final class GpusText {

  private static final String INDENT = " ".repeat(8);

  private GpusText() {}

  static String of(HostGpus gpus) {
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
}
