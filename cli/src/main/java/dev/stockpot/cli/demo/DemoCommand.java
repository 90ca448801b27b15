package dev.stockpot.cli.demo;

import dev.stockpot.cli.ExitCode;
import dev.stockpot.cli.merge.MergeRun;
import dev.stockpot.cli.merge.RunOptions;
import dev.stockpot.merge.plan.MergePlan;
import dev.stockpot.merge.plan.PlanReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stockpot demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    subcommands = DemoEvaluateCommand.class,
    description = {
      "Soups the tiny trained checkpoints that come with Stockpot, and verifies the result.",
      "",
      "Needs no GPU and no download. Writes the plan and the soup into a directory.",
      ""
    })
public final class DemoCommand implements Callable<Integer> {

  private record Ingredient(String name, String weight) {}

  private static final List<Ingredient> INGREDIENTS =
      List.of(
          new Ingredient("add", "0.2"), new Ingredient("rev", "0.7"), new Ingredient("max", "0.1"));

  @Parameters(
      paramLabel = "DIRECTORY",
      arity = "0..1",
      defaultValue = "stockpot-demo",
      description = "Where to write. Default: ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path directory;

  @Mixin private final RunOptions run = new RunOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Path plan = writePlan(directory.toAbsolutePath().normalize());
    List<MergePlan> plans = PlanReader.read(plan);
    Path soup = plans.getFirst().output().path();
    tell("$ stockpot merge " + plan);
    int merged = new MergeRun(run, spec.commandLine()).mergeAll(plans, false);
    if (merged != ExitCode.DONE || run.json()) {
      return merged;
    }
    tell("$ stockpot verify --all " + soup);
    int verified = spec.root().commandLine().execute("verify", "--all", soup.toString());
    if (verified != ExitCode.DONE) {
      return verified;
    }
    tell(
        "The plan is yours to change; 'stockpot inspect' and 'stockpot diff' look into the result, which is"
            + " here:");
    spec.commandLine().getOut().println(soup);
    spec.commandLine().getOut().flush();
    return ExitCode.DONE;
  }

  private void tell(String line) {
    if (!run.quiet()) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(line);
      err.flush();
    }
  }

  /** The plan, which the user may read, change and run again with {@code stockpot merge}. */
  private static Path writePlan(Path directory) throws IOException {
    StringBuilder plan =
        new StringBuilder(
            """
            # Three fine-tuned descendants of one tiny Llama, each good at one thing: adding two numbers,
            # reversing a string, finding a maximum.
            version: 1
            method: linear
            models:
            """);
    for (Ingredient ingredient : INGREDIENTS) {
      String path = DemoFiles.named(ingredient.name()).toString();
      plan.append("  - model: \"")
          .append(path.replace("\\", "\\\\").replace("\"", "\\\""))
          .append("\"\n    weight: ")
          .append(ingredient.weight())
          .append('\n');
    }
    plan.append("output:\n  path: soup\n");
    Files.createDirectories(directory);
    return Files.writeString(directory.resolve("plan.yaml"), plan);
  }
}
