package dev.stockpot.cli.embedded;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.merge.execution.ChunkLoop;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.cuda.CudaSettings;
import dev.stockpot.worker.node.DeviceMode;
import dev.stockpot.worker.node.HostDevices;
import dev.stockpot.worker.node.LocalDevices;
import dev.stockpot.worker.storage.NodeStorage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command that merges in this process. */
public final class RunOptions {

  /** Part of the memory setting that the heap does not get: the launcher sets -Xmx to the rest. */
  private static final int BUFFER_SHARE = 4;

  /** More models than this in one plan get smaller chunks at the default memory. */
  private static final int BUFFERS_PER_THREAD = 9;

  private static final long MIN_MEMORY = 256_000_000;

  /** What a few cores merge in the second or so that a GPU takes to start. */
  private static final long WORTH_A_GPU = 4_000_000_000L;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Merging threads in all; 0 is one per core. Default: ${DEFAULT-VALUE}.",
      defaultValue = "0")
  private int threads;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Worker actors that share the threads. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1")
  private int workers;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description =
          "Heap and buffers together, whatever the model's size. Default: ${DEFAULT-VALUE}.",
      defaultValue = "${env:STOCKPOT_MEMORY:-512MB}")
  private String memory = "512MB";

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "On what to merge: auto, for whichever is faster; cpu; gpu; or all, side by side. Default:"
              + " ${DEFAULT-VALUE}.",
      defaultValue = "auto")
  private String device = "auto";

  @Option(names = "--json", description = "Print the result as JSON on standard output.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print only the result's path, and errors.")
  private boolean quiet;

  @Option(
      names = "--dashboard",
      description = {
        "Show the run in a browser: prints the address of a page on this machine, which whoever has"
            + " it may open until the run ends. Over SSH, forward its port."
      })
  private boolean dashboard;

  @Option(
      names = "--check",
      hidden = true,
      description = "Internal: checks the plan and the headers that it names, and ends.")
  private boolean check;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  public boolean json() {
    return json;
  }

  /** Whether pages show the run. */
  public boolean dashboard() {
    return dashboard;
  }

  /** Whether only what is wrong with the plan is to be said: the launcher asks for that. */
  public boolean checkOnly() {
    return check;
  }

  public boolean quiet() {
    return quiet;
  }

  /**
   * What to merge on; whoever asked closes it.
   *
   * @param inputBytes of all models
   * @param err is told where no GPU is used, and why
   */
  public LocalDevices devices(long inputBytes, PrintWriter err) {
    DeviceMode mode =
        DeviceMode.parse(device)
            .orElseThrow(
                () -> wrong("--device '%s' is none of %s".formatted(device, DeviceMode.words())));
    boolean few = mode == DeviceMode.AUTO && inputBytes < WORTH_A_GPU;
    LocalDevices devices =
        LocalDevices.find(
            few ? DeviceMode.CPU : mode,
            new HostDevices.Cpu(workers(), Kernels.best(), NodeStorage.own()),
            gpus -> CudaSettings.from(ConfigFactory.load()).within(memory() / BUFFER_SHARE / gpus));
    if (mode == DeviceMode.GPU || !quiet) {
      devices
          .whyNoGpu()
          .ifPresent(why -> {
            err.println("merging on the CPU: " + why);
            err.flush();
          });
    }
    return devices;
  }

  /** The workers, which divide threads and buffers among them. */
  private List<CpuSettings> workers() {
    int threads = this.threads != 0 ? this.threads : Runtime.getRuntime().availableProcessors();
    if (threads < 1 || workers < 1 || workers > threads) {
      throw wrong("--threads and --workers must be at least 1, and no more workers than threads");
    }
    long chunk =
        Math.min(
            ChunkLoop.DEFAULT_CHUNK_BYTES,
            memory() / BUFFER_SHARE / BUFFERS_PER_THREAD / threads / 64 * 64);
    List<CpuSettings> settings = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      int share = threads / workers + (i < threads % workers ? 1 : 0);
      settings.add(new CpuSettings(share, Math.max(4096, chunk)));
    }
    return settings;
  }

  private long memory() {
    long bytes =
        Sizes.parse(memory)
            .orElseThrow(() -> wrong("--memory '%s' is no size such as 2GB".formatted(memory)));
    if (bytes < MIN_MEMORY) {
      throw wrong("--memory must be at least 256MB");
    }
    return bytes;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
