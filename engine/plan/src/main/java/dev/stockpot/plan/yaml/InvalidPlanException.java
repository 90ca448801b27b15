package dev.stockpot.plan.yaml;

import java.util.List;
import java.util.stream.Collectors;

/** Says every mistake of a plan file; its message is all of them, ready to print. */
public final class InvalidPlanException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<PlanProblem> problems;
  private final boolean forbidden;

  public InvalidPlanException(List<PlanProblem> problems, boolean forbidden) {
    super(problems.stream().map(PlanProblem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
    this.forbidden = forbidden;
  }

  /** In the order of the file; at least one. */
  public List<PlanProblem> problems() {
    return problems;
  }

  /** Whether a path outside the allowed roots is among them. */
  public boolean forbidden() {
    return forbidden;
  }
}
