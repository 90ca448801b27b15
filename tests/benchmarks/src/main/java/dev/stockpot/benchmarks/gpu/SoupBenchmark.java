package dev.stockpot.benchmarks.gpu;

import dev.stockpot.benchmarks.Directories;
import dev.stockpot.benchmarks.Figures;
import dev.stockpot.benchmarks.Floor;
import dev.stockpot.benchmarks.SyntheticCheckpoints;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.plan.reading.PlanReader;
import dev.stockpot.worker.cpu.CpuExecutor;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.execution.DeviceExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Three checkpoints in the page cache to one, on a device, beside what no device can beat. */
final class SoupBenchmark {

  private static final double GIGA = 1e9;
  private static final int RUNS = 3;
  private static final double SOUP_BAR = 1.15;
  private static final double RESIDENT_BAR = 1.2;

  /** Bytes per second of the bus, each way by itself. */
  record Bus(double in, double out) {
    /** No floor at all. */
    static final Bus UNKNOWN = new Bus(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  private final Report report;
  private final List<Path> models;
  private final Path scratch;
  private final Bus bus;
  private final PlannedMerge planned;
  private final List<TensorTask> inTurn;
  private final double inputBytes;
  private final double outputBytes;

  /**
   * Plans the merge.
   *
   * @param models checkpoints of the same layout
   * @param scratch directory of a memory file system, for outputs
   */
  SoupBenchmark(Report report, List<Path> models, Path scratch, Bus bus) throws Exception {
    this.report = report;
    this.models = models;
    this.scratch = scratch;
    this.bus = bus;
    Files.createDirectories(scratch);
    Path plan = scratch.resolve("plan.yaml");
    Files.writeString(plan, SyntheticCheckpoints.plan(models, scratch.resolve("soup")));
    planned = MergePlanner.plan(PlanReader.read(plan).getFirst());
    inTurn = shardsInTurn(planned.tasks());
    outputBytes = planned.tasks().stream().mapToDouble(task -> task.length()).sum();
    inputBytes = planned.tasks().stream().mapToDouble(task -> task.inputBytes()).sum();
  }

  /** The time of a soup, and that the device's bytes are the processor's. */
  void soup(DeviceExecutor gpu) throws IOException, InterruptedException {
    int threads = Runtime.getRuntime().availableProcessors();
    Floor floor = new Floor(models, scratch.resolve("floor"), threads);
    floor.chooseChunk();
    List<Double> floors = new ArrayList<>();
    List<Double> soups = new ArrayList<>();
    List<Integer> checksums = merge(gpu, false).checksums();
    for (int i = 0; i < RUNS; i++) {
      floors.add(floor.seconds());
      soups.add(merge(gpu, false).seconds());
    }
    report.figure(
        "soup, its shards in turn",
        String.format(
            Locale.ROOT,
            "%.3f s; storage likewise %.3f s",
            median(() -> merge(gpu, inTurn, false).seconds()),
            median(() -> floor.secondsInTurn(true))));
    double storage = Figures.median(floors);
    double wire = Math.max(inputBytes / bus.in(), outputBytes / bus.out());
    double seconds = Figures.median(soups);
    report.atMost(
        "soup / larger floor",
        seconds / Math.max(storage, wire),
        SOUP_BAR,
        "%.1f GB to %.1f GB in %.3f s; storage %.3f s, bus %.3f s"
            .formatted(inputBytes / GIGA, outputBytes / GIGA, seconds, storage, wire));
    CpuSettings cpu = new CpuSettings(threads);
    try (CpuExecutor processor = new CpuExecutor(cpu, Kernels.best())) {
      DirectMerge.Result onCpu = merge(processor, false);
      report.check(
          "soup on GPU and CPU",
          () -> {
            if (!onCpu.checksums().equals(checksums)) {
              throw new IOException("their checksums differ");
            }
            return String.format(
                Locale.ROOT,
                "%d pieces with equal checksums; the CPU took %.3f s on %d threads, cold",
                checksums.size(),
                onCpu.seconds(),
                threads);
          });
    }
  }

  /** Candidates of a search: the same sources again and again. */
  void resident(DeviceExecutor gpu) throws IOException, InterruptedException {
    double first = merge(gpu, true).seconds();
    double seconds = median(() -> merge(gpu, true).seconds());
    report.atMost(
        "resident candidate / its copy back",
        seconds / (outputBytes / bus.out()),
        RESIDENT_BAR,
        "%.3f s; the first, which loads, %.3f s".formatted(seconds, first));
    Floor floor =
        new Floor(models, scratch.resolve("floor"), Runtime.getRuntime().availableProcessors());
    report.figure(
        "resident candidate, its shards in turn",
        String.format(
            Locale.ROOT,
            "%.3f s; to write as many bytes likewise, and nothing else, %.3f s",
            median(() -> merge(gpu, inTurn, true).seconds()),
            median(() -> floor.secondsInTurn(false))));
  }

  /** Something that takes a time. */
  private interface Timed {
    double seconds() throws IOException, InterruptedException;
  }

  private static double median(Timed timed) throws IOException, InterruptedException {
    List<Double> all = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      all.add(timed.seconds());
    }
    return Figures.median(all);
  }

  /** The time of a soup, after one to warm up. */
  double seconds(DeviceExecutor gpu) throws IOException, InterruptedException {
    merge(gpu, false);
    return median(() -> merge(gpu, false).seconds());
  }

  /** A task of each shard, and then the next of each. */
  private static List<TensorTask> shardsInTurn(List<TensorTask> tasks) {
    Map<Integer, Integer> seen = new HashMap<>();
    Map<TensorTask, Integer> places = new HashMap<>();
    tasks.forEach(task -> places.put(task, seen.merge(task.shard(), 1, Integer::sum)));
    return tasks.stream().sorted(Comparator.comparing(places::get)).toList();
  }

  private DirectMerge.Result merge(DeviceExecutor executor, boolean reuse)
      throws IOException, InterruptedException {
    return merge(executor, planned.tasks(), reuse);
  }

  private DirectMerge.Result merge(DeviceExecutor executor, List<TensorTask> tasks, boolean reuse)
      throws IOException, InterruptedException {
    Path staging = scratch.resolve("shards");
    try {
      DirectMerge.Result result = DirectMerge.run(executor, planned, tasks, staging, reuse);
      Figures.line("  %.3f s, %s", result.seconds(), executor.device().kind());
      return result;
    } finally {
      Directories.delete(staging);
    }
  }
}
