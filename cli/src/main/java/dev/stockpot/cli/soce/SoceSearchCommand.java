package dev.stockpot.cli.soce;

import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.embedded.LocalRun;
import dev.stockpot.cli.embedded.RunOptions;
import dev.stockpot.cli.plan.PlanFile;
import dev.stockpot.coordinator.search.SearchSetup;
import dev.stockpot.plan.Durations;
import dev.stockpot.plan.SearchPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stockpot soce search}. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    description = {
      "Searches the weights of the best soup, as a plan says.",
      "",
      "Merges each candidate, runs the plan's evaluator on it, and writes the best one with a report."
          + " Stop it at any moment and run the same command again: it goes on where it was, and no"
          + " evaluation that ended runs again. The last line of standard output is the result's path.",
      ""
    })
public final class SoceSearchCommand extends CliCommand {

  @Parameters(
      paramLabel = "PLAN",
      description = "The plan of a search, a YAML file; - reads standard input.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path planFile;

  @Option(
      names = "--max-evaluations",
      paramLabel = "N",
      description =
          "Evaluate at most N candidates, baselines included: single models, uniform soups, soups"
              + " that favour one expert, and then points spread over the grid.")
  private @Nullable Integer maxEvaluations;

  @Option(
      names = "--max-time",
      paramLabel = "TIME",
      description = "Begin no further candidate after this time, such as 90m or 8h.")
  private @Nullable String maxTime;

  @Option(names = "--force", description = "Replace an output that exists.")
  private boolean force;

  @Mixin private final RunOptions run = new RunOptions();

  @Override
  public Integer call() throws Exception {
    SearchPlan plan = PlanFile.readSearch(planFile).limited(evaluations(), time());
    if (run.checkOnly()) {
      SearchSetup.of(plan);
      return ExitCode.DONE;
    }
    return new LocalRun(run, new SearchTelling(), commandLine()).run(List.of(plan), force);
  }

  private OptionalInt evaluations() {
    if (maxEvaluations == null) {
      return OptionalInt.empty();
    }
    if (maxEvaluations < 1) {
      throw wrong("--max-evaluations must be at least 1");
    }
    return OptionalInt.of(maxEvaluations);
  }

  private Optional<Duration> time() {
    if (maxTime == null) {
      return Optional.empty();
    }
    Optional<Duration> time = Durations.parse(maxTime);
    if (time.isEmpty()) {
      throw wrong("--max-time '%s' is no length of time such as 90m or 8h".formatted(maxTime));
    }
    return time;
  }
}
