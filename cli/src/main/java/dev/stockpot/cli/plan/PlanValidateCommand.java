package dev.stockpot.cli.plan;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.cli.console.CliCommand;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.coordinator.search.SearchSetup;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Plan;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.plan.yaml.InvalidPlanException;
import dev.stockpot.plan.yaml.InvalidPlanException.PlanProblem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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
public final class PlanValidateCommand extends CliCommand {

  @Parameters(
      arity = "1..*",
      paramLabel = "PLAN",
      description = "Plans, YAML files; - reads standard input.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<Path> files;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = out();
    PrintWriter err = err();
    List<Verdict> verdicts = files.stream().flatMap(file -> verdicts(file).stream()).toList();
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(VerdictTelling.json(verdicts)));
    } else {
      verdicts.forEach(verdict -> VerdictTelling.print(verdict, out, err));
    }
    out.flush();
    err.flush();
    return verdicts.stream().anyMatch(Verdict.Invalid.class::isInstance)
        ? ExitCode.USAGE
        : ExitCode.DONE;
  }

  /**
   * One verdict for each plan; one for the file where that cannot be read as plans.
   *
   * @param file {@code -} for standard input
   */
  private static List<Verdict> verdicts(Path file) {
    try {
      return verdicts(file, PlanFile.readAny(file));
    } catch (InvalidPlanException e) {
      return List.of(
          new Verdict.Invalid(
              file.toString(), e.problems().stream().map(PlanProblem::toString).toList()));
    } catch (IOException e) {
      return List.of(
          new Verdict.Invalid(file.toString(), List.of(file + ": " + FileErrors.reason(e))));
    }
  }

  private static List<Verdict> verdicts(Path file, List<Plan> plans) {
    List<Verdict> verdicts = new ArrayList<>();
    Set<Path> outputs = new HashSet<>();
    for (int i = 0; i < plans.size(); i++) {
      String name = plans.size() == 1 ? file.toString() : "%s, plan %d".formatted(file, i + 1);
      Plan plan = plans.get(i);
      Optional<Path> awaited = awaited(plan, outputs);
      verdicts.add(
          awaited.isPresent() ? new Verdict.Deferred(name, awaited.get()) : planned(name, plan));
      outputs.add(plan.output().path());
    }
    return verdicts;
  }

  private static Optional<Path> awaited(Plan plan, Set<Path> outputs) {
    return plan.inputs().stream()
        .filter(path -> outputs.contains(path) && Files.notExists(path))
        .findFirst();
  }

  private static Verdict planned(String name, Plan plan) {
    try {
      return switch (plan) {
        case MergePlan merge -> new Verdict.Valid(name, MergePlanner.plan(merge));
        case SearchPlan search -> new Verdict.ValidSearch(name, SearchSetup.of(search));
      };
    } catch (MergeException e) {
      if (e.failure().kind() != Failure.Kind.USER_INPUT) {
        throw e;
      }
      return new Verdict.Invalid(name, e.failure().message().lines().toList(), e.details());
    }
  }
}
