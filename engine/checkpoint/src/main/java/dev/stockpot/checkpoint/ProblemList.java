package dev.stockpot.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * Problems gathered on the way, so that all are told at once.
 *
 * <p>A hostile file can hold one in every few bytes; the {@value #MOST}th ends the reading, which
 * bounds memory.
 */
final class ProblemList {
  static final int MOST = 10_000;

  private final List<Problem> problems = new ArrayList<>();

  void add(Problem problem) {
    problems.add(problem);
    if (problems.size() >= MOST) {
      throw new CheckpointException(problems);
    }
  }

  void addAll(List<Problem> others) {
    others.forEach(this::add);
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new CheckpointException(problems);
    }
  }
}
