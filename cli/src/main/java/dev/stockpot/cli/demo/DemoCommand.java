package dev.stockpot.cli.demo;

import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.cli.embedded.LocalRun;
import dev.stockpot.cli.embedded.RunOptions;
import dev.stockpot.cli.plan.PlanFile;
import dev.stockpot.cli.soce.SearchTelling;
import dev.stockpot.merge.MergeException;
import dev.stockpot.plan.SearchPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code stockpot demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    subcommands = DemoEvaluateCommand.class,
    description = {
      "Finds the best soup of the tiny trained checkpoints that come with Stockpot, and verifies it.",
      "",
      "Needs no GPU, no Python and no download, and takes about a minute. Writes the plan, the soup and"
          + " a report into a directory.",
      ""
    })
public final class DemoCommand extends CliCommand {

  private static final List<String> CANDIDATES = List.of("base", "add", "rev", "sort", "max");

  @Parameters(
      paramLabel = "DIRECTORY",
      arity = "0..1",
      defaultValue = "stockpot-demo",
      description = "Where to write. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path directory;

  @Mixin private final RunOptions run = new RunOptions();

  @Override
  public Integer call() throws Exception {
    Path file = writePlan(directory.toAbsolutePath().normalize());
    SearchPlan plan = PlanFile.readSearch(file);
    if (run.json()) {
      return search(plan);
    }
    int analyzed =
        step(
            "soce",
            "analyze",
            file("scores.csv").toString(),
            "--candidates",
            String.join(",", CANDIDATES),
            "--threshold",
            "0.25");
    if (analyzed != ExitCode.DONE) {
      return analyzed;
    }
    tell("$ stockpot soce search " + file);
    int searched = search(plan);
    if (searched != ExitCode.DONE) {
      return searched;
    }
    Path soup = plan.output().path();
    int verified = step("verify", "--all", soup.toString());
    if (verified != ExitCode.DONE) {
      return verified;
    }
    tell(
        "The plan is yours to change; 'stockpot inspect' and 'stockpot diff' look into the soup, which is"
            + " here, with its report:");
    out().println(soup);
    out().flush();
    return ExitCode.DONE;
  }

  private int search(SearchPlan plan) {
    return new LocalRun(run, new SearchTelling(), commandLine()).run(List.of(plan), false);
  }

  /** Runs another command, as the user could. */
  private int step(String... command) {
    tell("$ stockpot " + String.join(" ", command));
    return commandLine().getCommandSpec().root().commandLine().execute(command);
  }

  private void tell(String line) {
    if (!run.quiet()) {
      PrintWriter err = err();
      err.println(line);
      err.flush();
    }
  }

  /** The plan, which the user may read, change and run again. */
  private static Path writePlan(Path directory) throws IOException {
    Path select = file("select.jsonl");
    String program = quoted(select.resolveSibling("../stockpot").normalize());
    String plan =
        """
        # Finds the experts among five tiny Llamas, a base and four that were fine-tuned to do one thing each (add two
        # numbers, reverse a string, sort one, find a maximum), and the weights of their best soup.
        version: 1
        method: linear
        models:
        %s
        search:
          # The population of the correlations: these models and twelve more of their kind.
          scores: %s
          correlation: absolute
          threshold: 0.25
          weights: {min: 0.1, max: 0.9, step: 0.1, uniform: true}
          objective: mean
          # What each expert adds to their soups.
          shapley: models
        evaluate:
          command: [%s, demo, evaluate, "{model}", "{output}", %s]
          # Cases that choose nothing.
          report: [%s, demo, evaluate, "{model}", "{output}", %s]
          scale: 100
          timeout: 2m
        output:
          path: soup
        """
            .formatted(
                CANDIDATES.stream()
                    .map(model -> "  - model: " + quoted(file(model)))
                    .collect(Collectors.joining("\n")),
                quoted(file("scores.csv")),
                program,
                quoted(select),
                program,
                quoted(file("report.jsonl")));
    Files.createDirectories(directory);
    return Files.writeString(directory.resolve("search.yaml"), plan);
  }

  /** As a string of YAML. */
  private static String quoted(Path path) {
    return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** A file or directory in {@code demo/}, which comes with Stockpot. */
  static Path file(String name) {
    String home = System.getProperty("stockpot.home");
    Path file = home == null ? null : Path.of(home, "demo", name);
    if (file == null || Files.notExists(file)) {
      throw MergeException.userInput(
          "the demo's files are not here; run ./stockpot from Stockpot's own directory");
    }
    return file;
  }
}
