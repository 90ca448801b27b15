package dev.stockpot.cli.system;

import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.worker.node.HostGpus;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code stockpot devices}. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description = {
      "Show what this machine merges with: processor, kernel, memory, GPUs.",
      "",
      "A GPU that is not used is shown with the reason. GPUs need the NVIDIA driver and nothing"
          + " else of CUDA.",
      ""
    })
public final class DevicesCommand extends CliCommand {

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = out();
    Host host = Host.here();
    String kernel = Kernels.best().description();
    long heap = Runtime.getRuntime().maxMemory();
    try (HostGpus gpus = HostGpus.find()) {
      if (json) {
        Map<String, @Nullable Object> all = json(host, kernel, heap);
        all.putAll(GpusTelling.json(gpus));
        out.println(JsonMapper.shared().writeValueAsString(all));
      } else {
        out.print(text(host, kernel, heap) + GpusTelling.text(gpus));
      }
    }
    out.flush();
    return ExitCode.DONE;
  }

  static String text(Host host, String kernel, long heap) {
    return """
    CPU     %s
    Cores   %s
    Kernel  %s
    Memory  %s%s; heap of this process: %s
    """
        .formatted(
            host.cpu(),
            host.cores() == host.hostCores()
                ? host.cores()
                : host.cores() + " of " + host.hostCores(),
            kernel,
            Sizes.format(host.memory()),
            host.memory() == host.hostMemory()
                ? ""
                : " of the machine's " + Sizes.format(host.hostMemory()),
            Sizes.format(heap));
  }

  private static Map<String, @Nullable Object> json(Host host, String kernel, long heap) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("cpu", host.cpu());
    json.put("cores", host.cores());
    json.put("hostCores", host.hostCores());
    json.put("kernel", kernel);
    json.put("memoryBytes", host.memory());
    json.put("hostMemoryBytes", host.hostMemory());
    json.put("heapBytes", heap);
    return json;
  }
}
