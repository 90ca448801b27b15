package dev.stockpot.checkpoint;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A checkpoint cannot be read; carries every problem found, and its message prints the first 20.
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

  CheckpointException(Problem problem, Throwable cause) {
    this(problem);
    initCause(cause);
  }

  /** At least one, in the order found. */
  public List<Problem> problems() {
    return problems;
  }

  private static String message(List<Problem> problems) {
    if (problems.size() == 1) {
      return problems.getFirst().toString();
    }
    String listed =
        problems.stream()
            .limit(PRINTED)
            .map(problem -> "\n  " + problem)
            .collect(Collectors.joining());
    int more = problems.size() - PRINTED;
    return problems.size() + " problems:" + listed + (more > 0 ? "\n  and " + more + " more" : "");
  }
}
