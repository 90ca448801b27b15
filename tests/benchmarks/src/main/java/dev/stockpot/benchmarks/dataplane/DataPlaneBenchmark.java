package dev.stockpot.benchmarks.dataplane;

import com.sun.management.OperatingSystemMXBean;
import dev.stockpot.benchmarks.Directories;
import dev.stockpot.benchmarks.Figures;
import dev.stockpot.benchmarks.ProcessTimes;
import dev.stockpot.benchmarks.SyntheticCheckpoints;
import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.cli.certs.CertsCommand;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.plan.reading.PlanReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A worker without shared files beside curl. {@code tests/benchmarks/data-plane} runs it. */
@Command(
    name = "data-plane",
    mixinStandardHelpOptions = true,
    description = {
      "Merges three BF16 checkpoints with a worker process that sees neither inputs nor output, and"
          + " reads the same inputs with curl, from the HTTP API of a coordinator in this process;"
          + " in turn, without TLS and with it.",
      "All files are in memory: 0.5 GB for each layer of the checkpoints."
    })
public final class DataPlaneBenchmark implements Callable<Integer> {

  private static final int THREADS = 2;
  private static final double GIGA = 1e9;
  private static final double BAR = 0.5;

  @Option(
      names = "--scratch",
      description = "A memory file system. Default: ${DEFAULT-VALUE}.",
      defaultValue = "/dev/shm/stockpot-data-plane")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path scratch;

  @Option(
      names = "--layers",
      description = "Layers of Llama-3.2-1B in each checkpoint. Default: ${DEFAULT-VALUE}.",
      defaultValue = "4")
  private int layers;

  @Option(
      names = "--warm-ups",
      description = "Rounds that do not count. Default: ${DEFAULT-VALUE}.",
      defaultValue = "3")
  private int warmUps;

  @Option(
      names = "--rounds",
      description = "Rounds that count. Default: ${DEFAULT-VALUE}.",
      defaultValue = "7")
  private int rounds;

  private final OperatingSystemMXBean self =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** Moves bytes. */
  @FunctionalInterface
  private interface Transfer {
    void run() throws IOException, InterruptedException;
  }

  /** Asks for seconds of CPU time so far. */
  @FunctionalInterface
  private interface CpuClock {
    double seconds() throws IOException;
  }

  /** One way of moving bytes, and how often it has done so in a second. */
  private record Way(
      String name, long bytes, Transfer transfer, CpuClock clientCpu, List<Double> rates) {}

  private DataPlaneBenchmark() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new DataPlaneBenchmark()).setOverwrittenOptionsAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Figures.line(
        "%d cores, JDK %s, load %s",
        Runtime.getRuntime().availableProcessors(), Runtime.version(), Figures.load());
    Directories.delete(scratch);
    try {
      Path own = Files.createDirectories(scratch.resolve("worker"));
      List<Path> models =
          SyntheticCheckpoints.in(
              scratch.resolve("models"),
              CheckpointLayout.of(SyntheticCheckpoints.layers(layers), Long.MAX_VALUE));
      Path plan =
          Files.writeString(
              scratch.resolve("plan.yaml"),
              SyntheticCheckpoints.plan(models, scratch.resolve("soup")));
      PlannedMerge planned = MergePlanner.plan(PlanReader.read(plan).getFirst());
      compare("plain", planned, plan, own, Optional.empty());
      compare("TLS", planned, plan, own, Optional.of(certificates()));
    } finally {
      Directories.delete(scratch);
    }
    return 0;
  }

  private Path certificates() throws IOException {
    Path authority = scratch.resolve("certificates");
    certs("ca", authority.toString());
    certs("node", authority.toString(), "node", "--host", "127.0.0.1");
    return authority.resolve("node");
  }

  private static void certs(String... arguments) throws IOException {
    int status =
        new CommandLine(new CertsCommand())
            .setOut(new PrintWriter(Writer.nullWriter()))
            .execute(arguments);
    if (status != 0) {
      throw new IOException("the certificates could not be made");
    }
  }

  private void compare(
      String kind, PlannedMerge planned, Path plan, Path own, Optional<Path> certificates)
      throws IOException, InterruptedException {
    try (Endpoint endpoint = new Endpoint(planned, scratch, certificates);
        WorkerProcess worker = new WorkerProcess(endpoint, plan, own, THREADS, certificates)) {
      Curl curl = new Curl(endpoint, planned.inputs(), certificates);
      CpuClock ofCurl = ProcessTimes::secondsOfChildren;
      Map<String, Way> ways = new LinkedHashMap<>();
      for (int processes = 1; processes <= THREADS; processes++) {
        int parallel = processes;
        String name = "curl x %d".formatted(parallel);
        ways.put(
            name,
            new Way(name, curl.bytes(), () -> curl.readAll(parallel), ofCurl, new ArrayList<>()));
      }
      Way ofWorker =
          new Way(
              "worker",
              planned.inputBytes() + planned.outputBytes(),
              () -> worker.merge(endpoint.grantLeases()),
              worker::cpuSeconds,
              new ArrayList<>());
      ways.put(ofWorker.name(), ofWorker);
      for (int round = -warmUps; round < rounds; round++) {
        for (Way way : ways.values()) {
          run(kind, endpoint, way, round < 0);
        }
      }
      for (Way way : ways.values()) {
        Figures.line("%s, %s: %.3f GB/s", kind, way.name(), Figures.median(way.rates()) / GIGA);
      }
      for (Way way : ways.values()) {
        if (!way.equals(ofWorker)) {
          Figures.atLeast(
              "%s, worker / %s".formatted(kind, way.name()), ratio(ofWorker, way), BAR, "");
        }
      }
    }
  }

  private void run(String kind, Endpoint endpoint, Way way, boolean warmUp)
      throws IOException, InterruptedException {
    double server = self.getProcessCpuTime() / GIGA;
    double client = way.clientCpu().seconds();
    long start = System.nanoTime();
    way.transfer().run();
    double seconds = (System.nanoTime() - start) / GIGA;
    double gigabytes = way.bytes() / GIGA;
    if (!warmUp) {
      way.rates().add(way.bytes() / seconds);
    }
    Figures.line(
        "%s%s, %s: %.2f GB in %.3f s, %.3f GB/s; CPU seconds for a GB: coordinator %.2f, client %.2f; load %s",
        warmUp ? "warm-up, " : "",
        kind,
        way.name(),
        gigabytes,
        seconds,
        gigabytes / seconds,
        (self.getProcessCpuTime() / GIGA - server) / gigabytes,
        (way.clientCpu().seconds() - client) / gigabytes,
        Figures.load());
    endpoint.revokeAll();
  }

  /** Median of the rounds' ratios. */
  private static double ratio(Way way, Way to) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < way.rates().size(); i++) {
      ratios.add(way.rates().get(i) / to.rates().get(i));
    }
    return Figures.median(ratios);
  }
}
