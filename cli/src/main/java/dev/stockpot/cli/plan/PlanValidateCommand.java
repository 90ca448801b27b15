package dev.stockpot.cli.plan;

import dev.stockpot.cli.console.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code stockpot plan validate}. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description = {
      "Report every mistake in plans.",
      "",
      "Reports also everything that keeps their checkpoints from being merged. Reads headers, no"
          + " weights; writes nothing.",
      ""
    },
    footer = {"", "Exit status: 0 every plan is valid, 2 otherwise."})
public final class PlanValidateCommand implements Callable<Integer> {

  @Parameters(
      arity = "1..*",
      paramLabel = "PLAN",
      description = "Plans, YAML files; - reads standard input.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<Path> files;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<Verdict> verdicts = files.stream().flatMap(file -> PlanCheck.of(file).stream()).toList();
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(VerdictJson.of(verdicts)));
    } else {
      verdicts.forEach(verdict -> VerdictText.print(verdict, out, err));
    }
    out.flush();
    err.flush();
    return verdicts.stream().anyMatch(Verdict.Invalid.class::isInstance)
        ? ExitCode.USAGE
        : ExitCode.DONE;
  }
}
