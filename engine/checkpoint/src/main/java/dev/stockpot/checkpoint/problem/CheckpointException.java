package dev.stockpot.checkpoint.problem;

import java.util.List;

/**
 * A checkpoint cannot be read; carries every problem found, and its message tells the first 20
 * kinds of them.
 */
public final class CheckpointException extends RuntimeException {
  private static final int PRINTED = 20;

  private final transient List<Problem> problems;

  public CheckpointException(List<Problem> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  public CheckpointException(Problem problem) {
    this(List.of(problem));
  }

  public CheckpointException(Problem problem, Throwable cause) {
    this(problem);
    initCause(cause);
  }

  /** At least one, in the order found. */
  public List<Problem> problems() {
    return problems;
  }

  private static String message(List<Problem> problems) {
    List<String> lines = ProblemGroups.lines(problems, PRINTED);
    return lines.size() == 1
        ? lines.getFirst()
        : problems.size() + " problems:\n  " + String.join("\n  ", lines);
  }
}
