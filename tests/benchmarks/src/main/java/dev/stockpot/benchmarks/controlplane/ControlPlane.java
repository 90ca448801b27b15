package dev.stockpot.benchmarks.controlplane;

import dev.stockpot.benchmarks.Directories;
import dev.stockpot.benchmarks.Figures;
import dev.stockpot.benchmarks.SyntheticCheckpoints;
import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.reading.PlanReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Jobs of many tensors and workers. {@code tests/benchmarks/control-plane} runs it. */
@Command(
    name = "control-plane",
    mixinStandardHelpOptions = true,
    description = {
      "Runs jobs of 1,000 and of 100,000 tensors with workers that merge nothing, in processes of"
          + " their own: what remains is planning, leases over the loopback, receipts, the journal"
          + " and the commit. A lease holds one tensor.",
      "This process is the coordinator; its heap is bounded as it was started."
    })
public final class ControlPlane implements Callable<Integer> {

  private static final int WARM_UPS = 20;
  private static final int SMALL_JOBS = 40;
  private static final int LARGE_JOBS = 2;
  private static final double GIGA = 1e9;
  private static final double MICRO = 1e3;
  private static final double MEGA = 1 << 20;

  @Option(names = "--data", description = "Where the checkpoints are kept.", required = true)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path data;

  @Option(
      names = "--scratch",
      description = "Where outputs go, and are deleted; the journal is there too.",
      required = true)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path scratch;

  @Option(names = "--workers", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
  private int workers;

  @Option(
      names = "--nodes",
      defaultValue = "2",
      description = "Processes that share the workers. Default: ${DEFAULT-VALUE}.")
  private int nodes;

  @Option(
      names = "--small",
      defaultValue = "1000",
      description = "Tensors of a small job. Default: ${DEFAULT-VALUE}.")
  private int small;

  @Option(
      names = "--large",
      defaultValue = "100000",
      description = "Tensors of a large job. Default: ${DEFAULT-VALUE}.")
  private int large;

  @Option(
      names = "--leases",
      defaultValue = "2",
      description = "Leases that a worker holds at most. Default: ${DEFAULT-VALUE}.")
  private int leases;

  @Option(
      names = "--heartbeat",
      defaultValue = "PT1S",
      description = "Time between a worker's reports. Default: ${DEFAULT-VALUE}.")
  private Duration heartbeat = Duration.ofSeconds(1);

  @Option(
      names = "--unmeasured",
      description =
          "The coordinator neither measures itself nor remembers what happens: what are they worth?")
  private boolean unmeasured;

  @Option(
      names = "--pages",
      defaultValue = "0",
      description = "Pages of the dashboard that are open. Default: ${DEFAULT-VALUE}.")
  private int pages;

  private ControlPlane() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new ControlPlane()).setOverwrittenOptionsAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Figures.line(
        "%d cores, JDK %s, load %s; %,d workers in %d processes, at most %d leases each",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        Figures.load(),
        workers,
        nodes,
        leases);
    Directories.delete(scratch);
    Files.createDirectories(scratch);
    MergePlan smallPlan = plan(small);
    MergePlan largePlan = plan(large);
    Optional<Pages> watched = unmeasured ? Optional.empty() : Optional.of(new Pages(pages));
    try (Coordination coordination = new Coordination(watched)) {
      long traffic = (SyntheticCheckpoints.MODELS + 1L) * SyntheticCheckpoints.TINY_BYTES;
      Workforce workforce =
          new Workforce(
              coordination.address(), nodes, workers / nodes, leases * traffic, heartbeat);
      coordination.await(workers / nodes * nodes);
      run(coordination, "warm-up", largePlan, 1);
      run(coordination, "warm-up", smallPlan, WARM_UPS);
      Coordination.Cost ofSmall = run(coordination, "small", smallPlan, SMALL_JOBS);
      watched.ifPresent(Pages::reset);
      Coordination.Cost ofLarge = run(coordination, "large", largePlan, LARGE_JOBS);
      long lost = coordination.lost() + workforce.stop();
      tell(ofSmall, ofLarge, coordination.meter(), lost);
      watched.ifPresent(Pages::tell);
    } finally {
      Directories.delete(scratch);
    }
    return 0;
  }

  private MergePlan plan(int tensors) throws Exception {
    CheckpointLayout layout =
        CheckpointLayout.of(SyntheticCheckpoints.tiny(tensors), Long.MAX_VALUE);
    List<Path> models = SyntheticCheckpoints.in(data.resolve("tiny-" + tensors), layout);
    StringBuilder yaml = new StringBuilder("version: 1\nmethod: linear\nmodels:\n");
    models.forEach(model -> yaml.append("- {model: \"%s\", weight: 1}\n".formatted(model)));
    yaml.append("normalize: true\noutput: {path: soup}\n");
    return PlanReader.read(Files.writeString(scratch.resolve("plan.yaml"), yaml)).getFirst();
  }

  private Coordination.Cost run(Coordination coordination, String what, MergePlan plan, int jobs)
      throws Exception {
    Coordination.Cost sum = Coordination.Cost.NOTHING;
    for (int job = 0; job < jobs; job++) {
      sum = sum.plus(coordination.run(plan));
      Directories.delete(plan.output().path());
    }
    Figures.line(
        "%-8s %3d x %,7d tensors: %,8.0f leases/s, %6.1f us CPU per tensor; planning and commit"
            + " included: %6.1f us; load %s",
        what,
        jobs,
        sum.tensors() / jobs,
        sum.tensors() / (sum.merging().nanos() / GIGA),
        sum.merging().cpuNanos() / MICRO / sum.tensors(),
        sum.whole().cpuNanos() / MICRO / sum.tensors(),
        Figures.load());
    return sum;
  }

  private static void tell(
      Coordination.Cost ofSmall, Coordination.Cost ofLarge, Meter meter, long lost) {
    Figures.atLeast(
        "leases per second, large job",
        ofLarge.tensors() / (ofLarge.merging().nanos() / GIGA),
        5_000,
        "/s");
    Figures.bar(
        "CPU per tensor, large beside small job",
        perTensor(ofLarge.merging(), ofLarge) / perTensor(ofSmall.merging(), ofSmall),
        1.3,
        "x");
    Figures.bar(
        "the same, planning and commit included",
        perTensor(ofLarge.whole(), ofLarge) / perTensor(ofSmall.whole(), ofSmall),
        1.3,
        "x");
    Figures.bar(
        "heap after full collections, at most", meter.mostAfterFullCollection() / MEGA, 512, "MiB");
    Figures.bar(
        "heap that the process may use", Runtime.getRuntime().maxMemory() / MEGA, 512, "MiB");
    Figures.bar("tasks given back", (double) ofSmall.returned() + ofLarge.returned(), 0, "");
    Figures.bar("messages that reached nobody", (double) lost, 0, "");
  }

  private static double perTensor(Meter.Reading of, Coordination.Cost cost) {
    return (double) of.cpuNanos() / cost.tensors();
  }
}
