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

  /**
   * One mistake in a plan.
   *
   * @param source the plan as the user named it; {@code -} for standard input
   * @param line 1-based; lines end at LF, CRLF or CR
   * @param column 1-based, in code points
   * @param message what is wrong and what to do, on one line
   * @param snippet the source line, cut to a readable window, and below it a line with a caret
   */
  public record PlanProblem(String source, int line, int column, String message, String snippet) {
    /** {@code plan.yaml:7:5: unknown key 'wieght'; did you mean 'weight'?}, then the snippet. */
    @Override
    public String toString() {
      return source + ":" + line + ":" + column + ": " + message + "\n" + snippet;
    }
  }
}
