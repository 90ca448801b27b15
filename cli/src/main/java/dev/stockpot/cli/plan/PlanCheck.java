package dev.stockpot.cli.plan;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.coordinator.search.SearchSetup;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Plan;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.plan.yaml.InvalidPlanException;
import dev.stockpot.plan.yaml.PlanProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds all that is wrong with the plans of a file: in the text, then in the headers they name. */
final class PlanCheck {

  private PlanCheck() {}

  /**
   * One verdict for each plan; one for the file where that cannot be read as plans.
   *
   * @param file {@code -} for standard input
   */
  static List<Verdict> of(Path file) {
    try {
      return ofAll(file, PlanFile.readAny(file));
    } catch (InvalidPlanException e) {
      return List.of(
          new Verdict.Invalid(
              file.toString(), e.problems().stream().map(PlanProblem::toString).toList()));
    } catch (IOException e) {
      return List.of(
          new Verdict.Invalid(file.toString(), List.of(file + ": " + FileErrors.reason(e))));
    }
  }

  private static List<Verdict> ofAll(Path file, List<Plan> plans) {
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
