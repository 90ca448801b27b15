package dev.stockpot.checkpoint.problem;

import java.util.ArrayList;
import java.util.List;

/**
 * Problems gathered on the way, so that all are told at once.
 *
 * <p>A hostile file can hold one in every few bytes; the {@value #MOST}th ends the reading, which
 * bounds memory.
 */
public final class ProblemList {
  static final int MOST = 10_000;

  private final List<Problem> problems = new ArrayList<>();

  public void add(Problem problem) {
    problems.add(problem);
    if (problems.size() >= MOST) {
      throw new CheckpointException(problems);
    }
  }

  public void addAll(List<Problem> others) {
    others.forEach(this::add);
  }

  public boolean isEmpty() {
    return problems.isEmpty();
  }

  public void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new CheckpointException(problems);
    }
  }
}
