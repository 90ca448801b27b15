package dev.stockpot.cli.merge;

import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.embedded.LocalRun;
import dev.stockpot.cli.embedded.RunOptions;
import dev.stockpot.cli.plan.PlanFile;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.plan.MergePlan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code stockpot merge}. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    description = {
      "Merges checkpoints as a plan says, on this machine.",
      "",
      "Stop it at any moment and run the same command again: it goes on where it was, and the result"
          + " has the same bytes. The last line of standard output is the result's path.",
      ""
    })
public final class MergeCommand extends CliCommand {

  @Parameters(
      paramLabel = "PLAN",
      description = "The plan, a YAML file; - reads standard input. May hold several, after '---'.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path planFile;

  @Option(
      names = "--dry-run",
      description =
          "Check the plan and all headers; print tensors, bytes, disk, shards and an estimate."
              + " Reads no weights and writes nothing.")
  private boolean dryRun;

  @Option(names = "--force", description = "Replace an output that exists.")
  private boolean force;

  @Mixin private final RunOptions run = new RunOptions();

  @Override
  public Integer call() throws Exception {
    List<MergePlan> plans = PlanFile.read(planFile);
    if (run.checkOnly()) {
      // Plans behind the first may need its output.
      MergePlanner.plan(plans.getFirst());
      return ExitCode.DONE;
    }
    if (dryRun) {
      plans.forEach(this::print);
      return ExitCode.DONE;
    }
    return new LocalRun(run, new MergeTelling(), commandLine()).run(plans, force);
  }

  private void print(MergePlan plan) {
    PrintWriter out = out();
    PlannedMerge planned = MergePlanner.plan(plan);
    if (run.json()) {
      out.println(JsonMapper.shared().writeValueAsString(PlanSummary.json(planned)));
    } else {
      PlanSummary.print(planned, out);
    }
    out.flush();
  }
}
