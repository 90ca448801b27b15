package dev.stockpot.coordinator.desk;

import java.util.HashSet;
import java.util.Set;

/**
 * Which workers a board's tasks are for, by name: not for one on which a task failed for want of
 * something there, a file that its machine cannot read, say, as long as there are others.
 */
final class AbleWorkers {
  private final Set<String> joined = new HashSet<>();
  private final Set<String> unable = new HashSet<>();

  void join(String worker) {
    joined.add(worker);
  }

  /** Whoever is left last tries once more: what was amiss may have been mended. */
  void leave(String worker) {
    joined.remove(worker);
    if (unable.containsAll(joined)) {
      unable.clear();
    }
  }

  boolean isAble(String worker) {
    return !unable.contains(worker);
  }

  /**
   * A task failed on the worker for a reason that may be the worker's own.
   *
   * @return whether there are others
   */
  boolean failed(String worker) {
    unable.add(worker);
    return !unable.containsAll(joined);
  }
}
