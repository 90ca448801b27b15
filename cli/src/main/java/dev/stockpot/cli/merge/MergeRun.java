package dev.stockpot.cli.merge;

import dev.stockpot.checkpoint.Printable;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.console.ProgressWriter;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.coordinator.job.JobUpdate;
import dev.stockpot.merge.plan.MergePlan;
import dev.stockpot.worker.node.LocalDevices;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/** Runs plans one after another in one local system, and tells the user how they ended. */
public final class MergeRun {

  /** Set by the launcher where standard error is a terminal. */
  private static final String TERMINAL = "stockpot.terminal";

  private final RunOptions options;
  private final PrintWriter out;
  private final PrintWriter err;

  public MergeRun(RunOptions options, CommandLine command) {
    this.options = options;
    this.out = command.getOut();
    this.err = command.getErr();
  }

  /** Runs the plans in order; stops at the first that fails. */
  public int mergeAll(List<MergePlan> plans, boolean force) {
    long bytes =
        ModelSizes.of(
            plans.stream().flatMap(plan -> plan.models().stream()).map(MergePlan.Ingredient::path));
    try (LocalDevices devices = options.devices(bytes, err);
        LocalSystem system = LocalSystem.start(devices.devices())) {
      for (MergePlan plan : plans) {
        int status = merge(system, plan, force);
        if (status != ExitCode.DONE) {
          return status;
        }
      }
    }
    return ExitCode.DONE;
  }

  private int merge(LocalSystem system, MergePlan plan, boolean force) {
    ProgressPrinter progress =
        new ProgressPrinter(new ProgressWriter(err, Boolean.getBoolean(TERMINAL)));
    StopNotice notice = StopNotice.on(err);
    JobUpdate.End last;
    boolean goesOn;
    try {
      last =
          system.run(
              plan,
              force,
              update -> {
                if (!options.quiet()) {
                  progress.on(update);
                }
              });
    } finally {
      goesOn = notice.takeDown();
    }
    if (!goesOn) {
      return ExitCode.INTERRUPTED;
    }
    return switch (last) {
      case JobUpdate.Finished(JobUpdate.Summary summary) -> {
        tell(summary);
        yield ExitCode.DONE;
      }
      case JobUpdate.Failed failed -> {
        tell(failed);
        yield ExitCode.of(failed.failure());
      }
      case JobUpdate.Cancelled _ -> ExitCode.INTERRUPTED;
    };
  }

  private void tell(JobUpdate.Summary summary) {
    if (options.json()) {
      out.println(JsonMapper.shared().writeValueAsString(json(summary)));
      out.flush();
      return;
    }
    if (!options.quiet()) {
      out.println(sentence(summary));
    }
    out.println(summary.output());
    out.flush();
  }

  private static String sentence(JobUpdate.Summary summary) {
    if (summary.alreadyFinished()) {
      return "this plan's result is there already; nothing to do";
    }
    double seconds = summary.elapsed().toNanos() / 1e9;
    String kept =
        summary.kept() == 0
            ? ""
            : ", %d of %d pieces kept from an earlier run"
                .formatted(summary.kept(), summary.kept() + summary.merged());
    String nonFinite =
        summary.nan() + summary.infinity() == 0
            ? ""
            : "; the result holds %d NaN and %d infinite elements"
                .formatted(summary.nan(), summary.infinity());
    return "merged %,d tensors, %s, in %.2f s%s%s"
        .formatted(
            summary.tensors(), Sizes.format(summary.outputBytes()), seconds, kept, nonFinite);
  }

  private static Map<String, Object> json(JobUpdate.Summary summary) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("output", summary.output().toString());
    json.put("alreadyFinished", summary.alreadyFinished());
    json.put("tensors", summary.tensors());
    json.put("tasks", summary.merged() + summary.kept());
    json.put("merged", summary.merged());
    json.put("kept", summary.kept());
    json.put("returned", summary.returned());
    json.put("inputBytes", summary.inputBytes());
    json.put("outputBytes", summary.outputBytes());
    json.put("nan", summary.nan());
    json.put("infinity", summary.infinity());
    json.put("seconds", summary.elapsed().toNanos() / 1e9);
    json.put(
        "threadSeconds",
        Map.of(
            "read", summary.threadTimes().read() / 1e9,
            "merge", summary.threadTimes().merge() / 1e9,
            "write", summary.threadTimes().write() / 1e9));
    return json;
  }

  private void tell(JobUpdate.Failed failed) {
    err.println(Printable.lines(failed.failure().message()));
    failed.resumable().map(Path::toString).ifPresent(this::tellWhatIsKept);
    err.flush();
  }

  private void tellWhatIsKept(String directory) {
    err.println(
        "What is merged so far is kept in "
            + directory
            + "; run the same command again to go on, or delete that directory.");
  }
}
