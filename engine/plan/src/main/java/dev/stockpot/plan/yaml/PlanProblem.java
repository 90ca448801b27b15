package dev.stockpot.plan.yaml;

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
