package dev.stockpot.cli.system;

import dev.stockpot.cli.ExitCode;
import dev.stockpot.cli.Sizes;
import dev.stockpot.merge.kernel.Kernels;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code stockpot devices}. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description = "Show what this machine merges with: processor, kernel, memory.")
public final class DevicesCommand implements Callable<Integer> {

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Host host = Host.here();
    String kernel = Kernels.best().description();
    long heap = Runtime.getRuntime().maxMemory();
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(json(host, kernel, heap)));
    } else {
      out.print(text(host, kernel, heap));
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
    GPU     %s; this release merges on the CPU
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
            Sizes.format(heap),
            host.nvidiaDriver() ? "NVIDIA driver found, but not used yet" : "no NVIDIA driver");
  }

  private static Map<String, Object> json(Host host, String kernel, long heap) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("cpu", host.cpu());
    json.put("cores", host.cores());
    json.put("hostCores", host.hostCores());
    json.put("kernel", kernel);
    json.put("memoryBytes", host.memory());
    json.put("hostMemoryBytes", host.hostMemory());
    json.put("heapBytes", heap);
    json.put("nvidiaDriver", host.nvidiaDriver());
    json.put("gpusUsed", false);
    return json;
  }
}
