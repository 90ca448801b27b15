package dev.stockpot.cli.embedded;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.coordinator.order.JobSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Plan;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.worker.node.LocalDevices;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/** Carries plans out one after another in one local system, and tells the user how they ended. */
public final class LocalRun {

  /** What is said of plans of one kind. */
  public interface Telling {

    /** Tells how a plan goes, from its beginning on. */
    Consumer<JobUpdate> progress(PrintWriter err);

    /** What of a plan that did not come to its end is kept. */
    String kept();

    /** What a plan came to, for people. */
    List<String> lines(JobSummary summary);

    /** The same for programs. */
    Map<String, Object> json(JobSummary summary);
  }

  private final RunOptions options;
  private final Telling telling;
  private final PrintWriter out;
  private final PrintWriter err;

  public LocalRun(RunOptions options, Telling telling, CommandLine command) {
    this.options = options;
    this.telling = telling;
    this.out = command.getOut();
    this.err = command.getErr();
  }

  /** Carries the plans out in order; stops at the first that fails. */
  public int run(List<? extends Plan> plans, boolean force) {
    long bytes = ModelSizes.of(plans.stream().flatMap(LocalRun::models));
    try (LocalDevices devices = options.devices(bytes, err);
        LocalSystem system = LocalSystem.start(devices.devices(), options.dashboard())) {
      system
          .dashboard()
          .ifPresent(address -> {
            err.println("dashboard: " + address);
            err.flush();
          });
      for (Plan plan : plans) {
        int status = run(system, plan, force);
        if (status != ExitCode.DONE) {
          return status;
        }
      }
    }
    return ExitCode.DONE;
  }

  private static Stream<Path> models(Plan plan) {
    return switch (plan) {
      case MergePlan merge -> merge.models().stream().map(MergePlan.Ingredient::path);
      case SearchPlan search -> search.models().stream().map(SearchPlan.Candidate::path);
    };
  }

  private int run(LocalSystem system, Plan plan, boolean force) {
    Consumer<JobUpdate> progress = options.quiet() ? _ -> {} : telling.progress(err);
    StopNotice notice = StopNotice.on(err);
    JobUpdate.End last;
    boolean goesOn;
    try {
      last = system.run(plan, force, progress);
    } finally {
      goesOn = notice.takeDown();
    }
    if (!goesOn) {
      return ExitCode.INTERRUPTED;
    }
    return switch (last) {
      case JobUpdate.Finished(JobSummary summary) -> {
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

  private void tell(JobSummary summary) {
    if (options.json()) {
      out.println(JsonMapper.shared().writeValueAsString(telling.json(summary)));
    } else {
      if (!options.quiet()) {
        telling.lines(summary).forEach(out::println);
      }
      out.println(summary.output());
    }
    out.flush();
  }

  private void tell(JobUpdate.Failed failed) {
    err.println(Printable.lines(failed.failure().message()));
    failed
        .resumable()
        .ifPresent(directory ->
            err.println(
                telling.kept()
                    + " is kept in "
                    + directory
                    + "; run the same command again to go on, or delete that directory."));
    err.flush();
  }
}
