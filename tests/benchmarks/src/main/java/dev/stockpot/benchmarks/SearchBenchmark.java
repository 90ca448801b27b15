package dev.stockpot.benchmarks;

import dev.stockpot.cli.embedded.LocalSystem;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.BatchStarted;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.plan.reading.PlanReader;
import dev.stockpot.worker.cpu.CpuSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A search beside the time of its bytes. {@code tests/benchmarks/search} runs it. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    description = {
      "Searches the weights of three BF16 checkpoints of Llama-3.2-1B's shapes, which are not in the"
          + " page cache when it begins, with an evaluator that does nothing: 36 points of the grid and"
          + " the uniform soup. Beside it, two threads read all inputs, and write as much as one"
          + " output.",
      "Needs 7.4 GB of disk, and of memory 8 GB and 2.5 GB for each candidate on disk."
    })
public final class SearchBenchmark implements Callable<Integer> {

  private static final int TRIALS = 3;
  private static final double GIGA = 1e9;

  @Option(names = "--data", description = "Where the checkpoints are kept.", required = true)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path data;

  @Option(
      names = "--scratch",
      description = "Where candidates go, and are deleted. Default: ${DEFAULT-VALUE}.",
      defaultValue = "/dev/shm/stockpot-search-benchmark")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path scratch;

  @Option(
      names = "--candidates-on-disk",
      description = "The plan's setting. Default: ${DEFAULT-VALUE}.",
      defaultValue = "4")
  private int candidatesOnDisk;

  private static final String FROM_STORAGE = "read_bytes: ";

  private SearchBenchmark() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new SearchBenchmark()).setOverwrittenOptionsAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Figures.line(
        "%d cores, JDK %s, load %s",
        Runtime.getRuntime().availableProcessors(), Runtime.version(), Figures.load());
    Directories.delete(scratch);
    Files.createDirectories(scratch);
    try {
      measure(SyntheticCheckpoints.llama1b(data));
    } finally {
      Directories.delete(scratch);
    }
    return 0;
  }

  private void measure(List<Path> models) throws Exception {
    PlainBytes bytes = new PlainBytes(models, scratch.resolve("plain"));
    List<Double> reads = new ArrayList<>();
    List<Double> writes = new ArrayList<>();
    measure(bytes, reads, writes);
    SearchPlan plan = PlanReader.readSearch(writePlan(models));

    bytes.dropInputs();
    long storageBefore = fromStorage();
    AtomicLong most = new AtomicLong();
    int candidates;
    double seconds;
    int threads = Runtime.getRuntime().availableProcessors();
    try (ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        LocalSystem system = LocalSystem.start(List.of(new CpuSettings(threads)))) {
      var _ =
          watch.scheduleWithFixedDelay(
              () -> most.accumulateAndGet(weightsOnDisk(), Math::max),
              0,
              20,
              TimeUnit.MILLISECONDS);
      long start = System.nanoTime();
      candidates = search(system, plan);
      seconds = (System.nanoTime() - start) / GIGA;
      watch.shutdownNow();
    }
    long fromStorage = fromStorage() - storageBefore;
    measure(bytes, reads, writes);

    double read = Figures.median(reads);
    double write = Figures.median(writes);
    Figures.line(
        "reading the inputs once from storage: %.3f s; writing one output: %.3f s; the search, %d"
            + " soups: %.1f s, %.3f s each; load %s",
        read, write, candidates, seconds, seconds / candidates, Figures.load());
    Figures.bar(
        "bytes from storage / bytes of the inputs",
        fromStorage / (double) bytes.inputs(),
        1.5,
        "x");
    Figures.bar("time of the search", seconds, candidates * 1.5 * write + 1.5 * read, "s");
    Figures.bar(
        "candidates on disk, at most", most.get() / (double) bytes.output(), candidatesOnDisk, "");
  }

  private static void measure(PlainBytes bytes, List<Double> reads, List<Double> writes)
      throws IOException {
    for (int i = 0; i < TRIALS; i++) {
      bytes.dropInputs();
      reads.add(bytes.readSeconds());
      writes.add(bytes.writeSeconds());
      Figures.line("read %.3f s, write %.3f s", reads.getLast(), writes.getLast());
    }
  }

  /** Answers how many soups were merged. */
  private static int search(LocalSystem system, SearchPlan plan) {
    AtomicLong soups = new AtomicLong();
    JobUpdate.End end =
        system.run(
            plan,
            true,
            update -> {
              if (update instanceof BatchStarted(int merged)) {
                soups.addAndGet(merged);
              }
            });
    if (!(end instanceof JobUpdate.Finished)) {
      throw new IllegalStateException("the search did not end well: " + end);
    }
    return soups.intValue();
  }

  private long weightsOnDisk() {
    try (Stream<Path> files = Files.walk(scratch)) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .mapToLong(SearchBenchmark::size)
          .sum();
    } catch (IOException | UncheckedIOException _) {
      // Something was deleted meanwhile.
      return 0;
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException _) {
      return 0;
    }
  }

  private Path writePlan(List<Path> models) throws IOException {
    Files.writeString(
        scratch.resolve("scores.csv"),
        """
        model,a,b,c
        model-0,9,1,2
        model-1,1,8,1
        model-2,2,1,7
        """);
    Path evaluator = scratch.resolve("evaluate.sh");
    Files.writeString(
        evaluator,
        """
        #!/bin/sh
        echo '{"version": 1, "scores": {"a": 1, "b": 1, "c": 1}}' > "$2/scores.json"
        """);
    Files.setPosixFilePermissions(evaluator, PosixFilePermissions.fromString("rwx------"));
    StringBuilder yaml = new StringBuilder("version: 1\nmethod: linear\nmodels:\n");
    models.forEach(model -> yaml.append("- {model: \"%s\"}\n".formatted(model)));
    yaml.append(
        """
        search:
          scores: scores.csv
          threshold: 0.9
          candidates_on_disk: %d
        evaluate:
          command: [./evaluate.sh, "{model}", "{output}"]
        output: {path: best, shard_size: 1GB}
        """
            .formatted(candidatesOnDisk));
    return Files.writeString(scratch.resolve("plan.yaml"), yaml);
  }

  /** Bytes that this process had storage read so far; what was in the page cache is not counted. */
  private static long fromStorage() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/io")).stream()
        .filter(line -> line.startsWith(FROM_STORAGE))
        .mapToLong(line -> Long.parseLong(line.substring(FROM_STORAGE.length())))
        .findFirst()
        .orElseThrow();
  }
}
