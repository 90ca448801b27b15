package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.cli.embedded.LocalSystem;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.reading.PlanReader;
import dev.stockpot.plan.yaml.InvalidPlanException;
import dev.stockpot.worker.cpu.CpuSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whole merges beside the floor of their bytes. {@code tests/benchmarks/end-to-end} runs it. */
@Command(
    name = "end-to-end",
    mixinStandardHelpOptions = true,
    description = {
      "Merges three BF16 checkpoints of Llama-3.2-1B's shapes from the page cache to a memory file"
          + " system, beside a floor that only reads and writes the same bytes; and small ones.",
      "Needs 7.4 GB of disk and 10 GB of memory."
    })
public final class EndToEnd implements Callable<Integer> {

  /** What to measure. */
  public enum Part {
    WARM,
    PROCESS,
    MANY,
    START,
    READ
  }

  private static final int WARM_UPS = 4;
  private static final int FLOOR_THREADS = 2;
  private static final double GIGA = 1e9;

  @Parameters(description = "${COMPLETION-CANDIDATES}; all by default.")
  private final List<Part> parts = new ArrayList<>();

  @Option(names = "--data", description = "Where the checkpoints are kept.", required = true)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path data;

  @Option(
      names = "--scratch",
      description = "Where outputs go, and are deleted. Default: ${DEFAULT-VALUE}.",
      defaultValue = "/dev/shm/stockpot-benchmark")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path scratch;

  @Option(names = "--home", description = "The repository.", required = true)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path home;

  @Option(
      names = "--runs",
      description = "Runs of each kind. Default: ${DEFAULT-VALUE}.",
      defaultValue = "5")
  private int runs;

  private EndToEnd() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new EndToEnd())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOverwrittenOptionsAllowed(true)
            .execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Figures.line(
        "%d cores, JDK %s, load %s",
        Runtime.getRuntime().availableProcessors(), Runtime.version(), Figures.load());
    try {
      for (Part part : parts.isEmpty() ? List.of(Part.values()) : parts) {
        switch (part) {
          case WARM -> warm();
          case PROCESS -> process();
          case MANY -> many();
          case START -> start();
          case READ ->
              new ReadPaths(large().getFirst().resolve("model-00001-of-00003.safetensors"), runs)
                  .compare();
        }
      }
    } finally {
      Directories.delete(scratch);
    }
    return 0;
  }

  private List<Path> large() throws IOException {
    return SyntheticCheckpoints.llama1b(data);
  }

  private Floor floor(List<Path> models) throws IOException {
    Floor floor = new Floor(models, scratch.resolve("floor"), FLOOR_THREADS);
    floor.chooseChunk();
    return floor;
  }

  private void warm() throws IOException, InvalidPlanException {
    List<Path> models = large();
    Floor floor = floor(models);
    MergePlan plan = PlanReader.read(writePlan(models)).getFirst();
    List<Double> floors = new ArrayList<>();
    List<Double> merges = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    ThreadTimes times = new ThreadTimes();
    int threads = Runtime.getRuntime().availableProcessors();
    try (LocalSystem system = LocalSystem.start(List.of(new CpuSettings(threads)))) {
      for (int i = 0; i < WARM_UPS; i++) {
        Figures.line("warm-up: %.3f s", merge(system, plan, new ThreadTimes()));
      }
      for (int i = 0; i < runs; i++) {
        floors.add(floor.seconds());
        merges.add(merge(system, plan, times));
        ratios.add(merges.getLast() / floors.getLast());
        Figures.line(
            "floor %.3f s, merge %.3f s: %.3f, load %s",
            floors.getLast(), merges.getLast(), ratios.getLast(), Figures.load());
      }
    }
    double bytes = (SyntheticCheckpoints.MODELS + 1.0) * size(models.getFirst());
    Figures.line(
        "warm: floor %.3f s (%.1f GB/s read and written), merge %.3f s (%.1f GB/s)",
        Figures.median(floors),
        bytes / GIGA / Figures.median(floors),
        Figures.median(merges),
        bytes / GIGA / Figures.median(merges));
    Figures.bar("warm merge / floor", Figures.median(ratios), 1.4, "");
    times.tell(3);
  }

  private double merge(LocalSystem system, MergePlan plan, ThreadTimes times) throws IOException {
    times.begin();
    long start = System.nanoTime();
    JobUpdate last = system.run(plan, false, _ -> {});
    double seconds = (System.nanoTime() - start) / GIGA;
    times.end();
    if (!(last instanceof JobUpdate.Finished(MergeSummary summary))) {
      throw new IOException("the merge failed: " + last);
    }
    Figures.line(
        "  threads: read %.3f s, merge %.3f s, write %.3f s; job %.3f s",
        summary.threadTimes().read() / GIGA,
        summary.threadTimes().merge() / GIGA,
        summary.threadTimes().write() / GIGA,
        summary.elapsed().toNanos() / GIGA);
    Directories.delete(scratch.resolve("soup"));
    return seconds;
  }

  private void process() throws IOException, InterruptedException {
    List<Path> models = large();
    Floor floor = floor(models);
    Path plan = writePlan(models);
    List<Double> extra = new ArrayList<>();
    List<Double> seconds = new ArrayList<>();
    List<Double> memory = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      double floorSeconds = floor.seconds();
      Launcher.Run run = merge(plan);
      seconds.add(run.seconds());
      extra.add(run.seconds() - floorSeconds);
      memory.add(run.peakAnonymousBytes() / GIGA);
      Figures.line(
          "floor %.3f s, process %.3f s, %s anonymous, load %s",
          floorSeconds, run.seconds(), Sizes.format(run.peakAnonymousBytes()), Figures.load());
    }
    Figures.line("whole process: %.2f s", Figures.median(seconds));
    Figures.bar("whole process, over the floor", Figures.median(extra), 2.0, "s");
    Figures.bar(
        "peak anonymous memory",
        memory.stream().mapToDouble(Double::doubleValue).max().orElseThrow(),
        1.0,
        "GB");
  }

  private Launcher.Run merge(Path plan) throws IOException, InterruptedException {
    Launcher.Run run = new Launcher(home).run("merge", plan.toString());
    Directories.delete(scratch.resolve("soup"));
    return run;
  }

  private void many() throws IOException, InterruptedException {
    many(10_000, 4);
    many(50_000, 12);
  }

  private void many(int tensors, double bar) throws IOException, InterruptedException {
    List<Path> models =
        SyntheticCheckpoints.in(
            data.resolve("small-" + tensors),
            CheckpointLayout.of(
                SyntheticCheckpoints.small(tensors), SyntheticCheckpoints.SHARD_SIZE));
    Path plan = writePlan(models);
    List<Double> seconds = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      seconds.add(merge(plan).seconds());
    }
    Figures.bar("%,d tensors of 1 KB".formatted(tensors), Figures.median(seconds), bar, "s");
  }

  private void start() throws IOException, InterruptedException {
    Launcher launcher = new Launcher(home);
    Path demo = home.resolve("demo");
    Path plan = writePlan(List.of(demo.resolve("add"), demo.resolve("rev"), demo.resolve("max")));
    launcher.run("--help");
    merge(plan);
    List<Double> help = new ArrayList<>();
    List<Double> tiny = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      help.add(launcher.run("--help").seconds());
      tiny.add(merge(plan).seconds());
    }
    Figures.bar("stockpot --help", Figures.median(help), 0.5, "s");
    Figures.bar("stockpot merge of tiny checkpoints", Figures.median(tiny), 2.5, "s");
    Figures.line("load %s", Figures.load());
  }

  private Path writePlan(List<Path> models) throws IOException {
    Files.createDirectories(scratch);
    return Files.writeString(
        scratch.resolve("plan.yaml"), SyntheticCheckpoints.plan(models, scratch.resolve("soup")));
  }

  private static long size(Path model) throws IOException {
    try (var files = Files.list(model)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
