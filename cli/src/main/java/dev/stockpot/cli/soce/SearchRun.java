package dev.stockpot.cli.soce;

import dev.stockpot.checkpoint.Printable;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.merge.LocalSystem;
import dev.stockpot.cli.merge.ModelSizes;
import dev.stockpot.cli.merge.RunOptions;
import dev.stockpot.cli.merge.StopNotice;
import dev.stockpot.coordinator.search.SearchUpdate;
import dev.stockpot.merge.plan.SearchPlan;
import dev.stockpot.worker.node.LocalDevices;
import java.io.PrintWriter;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/** Runs a search in a local system, and tells the user how it goes and how it ended. */
public final class SearchRun {

  private final RunOptions options;
  private final PrintWriter out;
  private final PrintWriter err;

  public SearchRun(RunOptions options, CommandLine command) {
    this.options = options;
    this.out = command.getOut();
    this.err = command.getErr();
  }

  /** Runs the search; the status is one of {@link ExitCode}. */
  public int search(SearchPlan plan, boolean force) {
    SearchProgress progress = new SearchProgress(err);
    StopNotice notice = StopNotice.on(err);
    SearchUpdate.End last;
    boolean goesOn;
    long bytes = ModelSizes.of(plan.models().stream().map(SearchPlan.Candidate::path));
    try (LocalDevices devices = options.devices(bytes, err);
        LocalSystem system = LocalSystem.start(devices.devices())) {
      last =
          system.search(
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
      case SearchUpdate.Finished finished -> {
        tell(finished);
        yield ExitCode.DONE;
      }
      case SearchUpdate.Failed failed -> {
        tell(failed);
        yield ExitCode.of(failed.failure());
      }
      case SearchUpdate.Cancelled _ -> ExitCode.INTERRUPTED;
    };
  }

  private void tell(SearchUpdate.Finished finished) {
    if (options.json()) {
      out.println(JsonMapper.shared().writeValueAsString(SearchJson.of(finished)));
    } else {
      if (!options.quiet()) {
        LeaderboardText.lines(finished).forEach(out::println);
      }
      out.println(finished.output());
    }
    out.flush();
  }

  private void tell(SearchUpdate.Failed failed) {
    err.println(Printable.lines(failed.failure().message()));
    failed
        .resumable()
        .ifPresent(kept ->
            err.println(
                "What was evaluated so far is kept in "
                    + kept
                    + "; run the same command again to go on, or delete that directory."));
    err.flush();
  }
}
