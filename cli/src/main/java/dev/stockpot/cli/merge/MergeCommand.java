package dev.stockpot.cli.merge;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stockpot merge}. */
@Command(name = "merge", description = "Merge checkpoints as a plan says, on this machine.")
public final class MergeCommand implements Callable<Integer> {

  @Parameters(paramLabel = "PLAN", description = "The plan, a YAML file.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path plan;

  @Override
  public Integer call() throws Exception {
    for (var each : dev.stockpot.merge.plan.PlanReader.read(plan)) {
      try (var system =
          LocalSystem.start(java.util.List.of(new dev.stockpot.worker.CpuSettings(2, 131072)))) {
        System.out.println(
            system.run(
                each,
                false,
                u -> {
                  if (!(u instanceof dev.stockpot.coordinator.job.JobUpdate.Started))
                    System.err.println(u);
                }));
      }
    }
    return 0;
  }
}
