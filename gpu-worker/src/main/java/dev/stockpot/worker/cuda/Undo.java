package dev.stockpot.worker.cuda;

import java.util.ArrayDeque;
import java.util.Deque;

/** Steps that take back what was done so far, last first, unless all went well. */
final class Undo implements AutoCloseable {

  private final Deque<Runnable> steps = new ArrayDeque<>();

  void later(Runnable step) {
    steps.push(step);
  }

  /** All went well. */
  void cancel() {
    steps.clear();
  }

  /** Takes every step, whether or not those before it fail. */
  @Override
  public void close() {
    RuntimeException first = null;
    while (!steps.isEmpty()) {
      try {
        steps.pop().run();
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
