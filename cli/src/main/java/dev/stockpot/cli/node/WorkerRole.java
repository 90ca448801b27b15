package dev.stockpot.cli.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.stockpot.cli.console.Sizes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code stockpot worker}. */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a worker of a cluster: merges what a coordinator leases to this machine's devices.",
      "",
      "Ends by SIGTERM or Ctrl-C, after what it has begun is finished.",
      ""
    })
public final class WorkerRole implements Callable<Integer> {

  @Mixin private final NodeOptions node = new NodeOptions();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Merging threads (stockpot.worker.threads). Default: one per core.")
  private @Nullable Integer threads;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "On what it merges (stockpot.worker.device): auto, cpu, gpu, or all side by side."
              + " Default: auto.")
  private @Nullable String device;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "Heap and buffers together. Default: 512MB, or STOCKPOT_MEMORY.")
  private @Nullable String memory;

  @Override
  public Integer call() throws Exception {
    // The launcher has made it the JVM's heap; what it could not read is told here.
    if (memory != null && Sizes.parse(memory).isEmpty()) {
      throw node.wrong("--memory '%s' is no size such as 2GB".formatted(memory));
    }
    Map<String, @Nullable Object> flags = new HashMap<>();
    flags.put("stockpot.worker.threads", threads);
    flags.put("stockpot.worker.device", device);
    Config config = node.load("worker", flags);
    try (WorkerLife life = new WorkerLife(config)) {
      return new NodeProcess(life.leaving()).run(life);
    } catch (ConfigException e) {
      throw node.wrong(e);
    }
  }
}
