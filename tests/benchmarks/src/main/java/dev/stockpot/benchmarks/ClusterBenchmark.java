package dev.stockpot.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Two workers of one thread beside one of two. {@code tests/benchmarks/cluster} runs it. */
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = {
      "Runs two identical jobs, one after the other, on a coordinator and one worker process with"
          + " two threads, and on a coordinator and two worker processes with one thread each; and"
          + " compares the second jobs. Every round starts all processes anew.",
      "A job merges three BF16 checkpoints of Llama-3.2-1B's shapes from the page cache to a memory"
          + " file system. Needs 7.4 GB of disk and 11 GB of memory."
    })
public final class ClusterBenchmark implements Callable<Integer> {

  private static final int JOBS = 2;

  @Option(names = "--data", description = "Where the checkpoints are kept.", required = true)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path data;

  @Option(
      names = "--scratch",
      description = "Where outputs go, and are deleted. Default: ${DEFAULT-VALUE}.",
      defaultValue = "/dev/shm/stockpot-cluster")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path scratch;

  @Option(names = "--home", description = "The repository.", required = true)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path home;

  @Option(
      names = "--rounds",
      description = "Rounds of each kind, in turn. Default: ${DEFAULT-VALUE}.",
      defaultValue = "3")
  private int rounds;

  /** Worker processes, and the second jobs that they did. */
  private record Kind(int workers, int threads, List<LoopbackCluster.Job> jobs) {

    @Override
    public String toString() {
      return workers == 1
          ? "1 worker process of %d threads".formatted(threads)
          : "%d worker processes of %d thread".formatted(workers, threads);
    }

    double median() {
      return Figures.median(jobs.stream().map(LoopbackCluster.Job::seconds).toList());
    }

    double medianOfWorkersCpu() {
      return Figures.median(jobs.stream().map(job -> job.workersCpu().all()).toList());
    }
  }

  private ClusterBenchmark() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new ClusterBenchmark()).setOverwrittenOptionsAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Figures.line(
        "%d cores, JDK %s, load %s",
        Runtime.getRuntime().availableProcessors(), Runtime.version(), Figures.load());
    List<Path> models = SyntheticCheckpoints.llama1b(data);
    Kind one = new Kind(1, 2, new ArrayList<>());
    Kind two = new Kind(2, 1, new ArrayList<>());
    List<Double> ratios = new ArrayList<>();
    try {
      for (int round = 0; round < rounds; round++) {
        // Who begins changes, so that a drift of the machine favours neither.
        for (Kind kind : round % 2 == 0 ? List.of(one, two) : List.of(two, one)) {
          round(kind, models);
        }
        ratios.add(two.jobs().getLast().seconds() / one.jobs().getLast().seconds());
        Figures.line("ratio of this round: %.3f", ratios.getLast());
      }
    } finally {
      Directories.delete(scratch);
    }
    for (Kind kind : List.of(one, two)) {
      Figures.line(
          "%s: second job %.3f s, workers' CPU time %.3f s",
          kind, kind.median(), kind.medianOfWorkersCpu());
    }
    Figures.bar("CPU time of the workers, two / one", cpuRatio(two, one), 1.1, "");
    Figures.bar("time of the second job, two / one", Figures.median(ratios), 1.1, "");
    return 0;
  }

  private static double cpuRatio(Kind two, Kind one) {
    return two.medianOfWorkersCpu() / one.medianOfWorkersCpu();
  }

  private void round(Kind kind, List<Path> models) throws IOException {
    Directories.delete(scratch);
    try (LoopbackCluster cluster =
        new LoopbackCluster(
            home,
            scratch.resolve("nodes"),
            List.of(data, scratch),
            kind.workers(),
            kind.threads())) {
      for (int job = 1; job <= JOBS; job++) {
        String name = "soup-" + job;
        Path output = scratch.resolve(name);
        LoopbackCluster.Job done = cluster.run(name, SyntheticCheckpoints.plan(models, output));
        Figures.line(
            "%s, job %d: %.3f s; CPU time of the workers %s, of the coordinator %.2f s; load %s",
            kind, job, done.seconds(), done.workersCpu(), done.coordinatorCpu(), Figures.load());
        Directories.delete(output);
        if (job == JOBS) {
          kind.jobs().add(done);
        }
      }
    }
  }
}
