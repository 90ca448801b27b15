package dev.stockpot.coordinator.figures;

import java.util.BitSet;
import java.util.Collection;

/**
 * Where the tasks of one board are. A task may be leased again while a receipt of its former lease
 * is on the way, so each is followed. Safe for any thread.
 */
final class BoardTasks {

  private final String job;
  private final int tasks;
  private final BitSet done;
  private final BitSet leased = new BitSet();
  private int doneCount;
  private int leasedCount;

  /** How many tasks are where. */
  record Counts(int done, int leased, int waiting) {

    static final Counts NONE = new Counts(0, 0, 0);

    Counts plus(Counts other) {
      return new Counts(done + other.done, leased + other.leased, waiting + other.waiting);
    }
  }

  /**
   * A board that opens.
   *
   * @param job that it belongs to
   * @param tasks how many, from id 0
   * @param kept ids of those that are done
   */
  BoardTasks(String job, int tasks, Collection<Integer> kept) {
    this.job = job;
    this.tasks = tasks;
    this.done = new BitSet(tasks);
    kept.forEach(done::set);
    this.doneCount = done.cardinality();
  }

  String job() {
    return job;
  }

  synchronized void leased(int task) {
    if (!done.get(task) && !leased.get(task)) {
      leased.set(task);
      leasedCount++;
    }
  }

  synchronized void returned(int task) {
    if (leased.get(task)) {
      leased.clear(task);
      leasedCount--;
    }
  }

  synchronized void done(int task) {
    returned(task);
    if (!done.get(task)) {
      done.set(task);
      doneCount++;
    }
  }

  synchronized Counts counts() {
    return new Counts(doneCount, leasedCount, tasks - doneCount - leasedCount);
  }
}
