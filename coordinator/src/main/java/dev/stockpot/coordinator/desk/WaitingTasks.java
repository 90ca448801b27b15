package dev.stockpot.coordinator.desk;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a board that wait, each once, in the order in which they are to be done.
 *
 * <p>Where workers keep what they read for the boards to come, the tasks are divided into parts,
 * and each part belongs to one worker: it does its own first, and then helps others. Which part is
 * whose follows from the workers' names alone (rendezvous hashing), so that it is the same for
 * every board, and a worker that comes or goes changes only its own share.
 *
 * <p>To take a task costs the same however many wait. Confined to one thread.
 */
final class WaitingTasks {

  /** Enough that the shares of eight workers differ by little. */
  private static final int PARTS = 512;

  private final int tasks;
  private final List<Deque<Integer>> parts;
  private final int[] counts;
  private final BitSet nonEmpty = new BitSet();
  private final BitSet waiting;
  private final Map<String, BitSet> shares = new HashMap<>();
  private final @Nullable String[] owners;
  private int size;

  /**
   * None waits yet.
   *
   * @param tasks that may wait, by id
   * @param divided whether each worker has a part of its own
   */
  WaitingTasks(int tasks, boolean divided) {
    this.tasks = tasks;
    int count = divided ? PARTS : 1;
    waiting = new BitSet(tasks);
    parts = new ArrayList<>(count);
    for (int part = 0; part < count; part++) {
      parts.add(new ArrayDeque<>());
    }
    counts = new int[count];
    owners = new @Nullable String[count];
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  void addLast(int task) {
    parts.get(added(task)).addLast(task);
  }

  void addFirst(int task) {
    parts.get(added(task)).addFirst(task);
  }

  private int added(int task) {
    int part = part(task);
    waiting.set(task);
    counts[part]++;
    nonEmpty.set(part);
    size++;
    return part;
  }

  /** A stretch of the job, so that who does a part reads what lies together. */
  private int part(int task) {
    return (int) ((long) task * counts.length / tasks);
  }

  /** The task need not be done any more. */
  void remove(int task) {
    if (waiting.get(task)) {
      taken(task);
    }
  }

  private void taken(int task) {
    int part = part(task);
    waiting.clear(task);
    counts[part]--;
    size--;
    if (counts[part] == 0) {
      nonEmpty.clear(part);
      parts.get(part).clear();
    }
  }

  /** Takes the next task for the worker; there must be one. */
  int next(String worker) {
    Deque<Integer> part = parts.get(partFor(worker));
    int task = part.removeFirst();
    while (!waiting.get(task)) {
      task = part.removeFirst();
    }
    taken(task);
    return task;
  }

  /** The owner begins at one end, and whoever helps at the other. */
  private int partFor(String worker) {
    BitSet share = shares.get(worker);
    if (share != null && share.intersects(nonEmpty)) {
      BitSet own = (BitSet) share.clone();
      own.and(nonEmpty);
      return own.nextSetBit(0);
    }
    return nonEmpty.length() - 1;
  }

  /** The worker gets its share. Does nothing if it has one, or tasks are not divided. */
  void join(String worker) {
    if (owners.length == 1 || shares.containsKey(worker)) {
      return;
    }
    shares.put(worker, new BitSet(owners.length));
    for (int part = 0; part < owners.length; part++) {
      String owner = owners[part];
      if (owner == null || score(worker, part) > score(owner, part)) {
        own(part, worker);
      }
    }
  }

  /** The worker's share goes to the others. */
  void leave(String worker) {
    BitSet share = shares.remove(worker);
    if (share == null) {
      return;
    }
    share.stream()
        .forEach(part -> {
          owners[part] = null;
          shares.keySet().stream()
              .max((one, other) -> Long.compare(score(one, part), score(other, part)))
              .ifPresent(next -> own(part, next));
        });
  }

  private void own(int part, String worker) {
    String before = owners[part];
    if (before != null) {
      share(before).clear(part);
    }
    owners[part] = worker;
    share(worker).set(part);
  }

  private BitSet share(String worker) {
    return Objects.requireNonNull(shares.get(worker));
  }

  /** Mixes as SplitMix64 does (Steele, Lea, Flood, 2014), so that similar names share nothing. */
  private static long score(String worker, int part) {
    long mixed = (((long) worker.hashCode() << 32) | part) + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
