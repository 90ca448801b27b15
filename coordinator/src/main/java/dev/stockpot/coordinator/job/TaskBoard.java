package dev.stockpot.coordinator.job;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who does which task of a job: tasks wait, are leased to a worker until a deadline, and are done.
 *
 * <p>Knows no clock and no actor: the caller says what time it is. Every operation costs time in
 * proportion to the tasks it names. Confined to one thread.
 *
 * <p>A lease that ends because its worker died, was removed or fell silent gives its tasks back;
 * that is no failure of theirs. Only what a worker reports as failed counts, and the third failure
 * of one task is final.
 */
final class TaskBoard {

  static final int MAX_FAILURES = 3;

  /**
   * Small enough that the last leases of a job end together, large enough to amortise a message.
   */
  static final long LEASE_TRAFFIC = 64L << 20;

  static final int LEASE_TASKS = 512;

  /** A batch of tasks given to a worker. */
  record Grant(LeaseId lease, List<TensorTask> tasks) {}

  private static final class Lease {
    private final WorkerId worker;
    private final Set<Integer> open = new LinkedHashSet<>();
    private long traffic;
    private long deadlineNanos;

    Lease(WorkerId worker) {
      this.worker = worker;
    }
  }

  private final String job;
  private final List<TensorTask> tasks;
  private final Duration term;
  private final Deque<Integer> waiting = new ArrayDeque<>();
  private final BitSet done;
  private final Map<LeaseId, Lease> leases = new LinkedHashMap<>();
  private final Map<WorkerId, Long> leasedTraffic = new HashMap<>();
  private final Map<Integer, Integer> failures = new HashMap<>();
  private int doneTasks;
  private long doneBytes;
  private long nextLease;
  private long returned;

  /**
   * A board on which all tasks wait but those already done.
   *
   * @param tasks by id: the task at index i has id i
   * @param alreadyDone ids of tasks that need not be done again
   * @param term how long a lease lasts without a sign of life
   */
  TaskBoard(String job, List<TensorTask> tasks, Collection<Integer> alreadyDone, Duration term) {
    this.job = job;
    this.tasks = tasks;
    this.term = term;
    this.done = new BitSet(tasks.size());
    alreadyDone.forEach(this::markDone);
    for (int id = done.nextClearBit(0); id < tasks.size(); id = done.nextClearBit(id + 1)) {
      waiting.add(id);
    }
  }

  private void markDone(int task) {
    if (!done.get(task)) {
      done.set(task);
      doneTasks++;
      doneBytes += tasks.get(task).length();
    }
  }

  boolean isComplete() {
    return doneTasks == tasks.size();
  }

  /** Bytes of output that are done. */
  long doneBytes() {
    return doneBytes;
  }

  boolean isDone(int task) {
    return done.get(task);
  }

  /** Number of tasks that a lost, expired or failed lease gave back to be done again. */
  long returned() {
    return returned;
  }

  /**
   * Gives the worker a batch, if any task waits and the worker holds less than its capacity.
   *
   * @param capacity bytes of task traffic that the worker wants to hold
   */
  Optional<Grant> lease(WorkerId worker, long capacity, long nowNanos) {
    long room = capacity - leasedTraffic.getOrDefault(worker, 0L);
    Lease lease = new Lease(worker);
    List<TensorTask> batch = new ArrayList<>();
    while (batch.size() < LEASE_TASKS && lease.traffic < Math.min(room, LEASE_TRAFFIC)) {
      Integer id = waiting.poll();
      if (id == null) {
        break;
      }
      if (done.get(id)) {
        continue;
      }
      TensorTask task = tasks.get(id);
      batch.add(task);
      lease.open.add(id);
      lease.traffic += task.traffic();
    }
    if (batch.isEmpty()) {
      return Optional.empty();
    }
    lease.deadlineNanos = nowNanos + term.toNanos();
    LeaseId id = new LeaseId(job, nextLease++);
    leases.put(id, lease);
    leasedTraffic.merge(worker, lease.traffic, Long::sum);
    return Optional.of(new Grant(id, batch));
  }

  /**
   * A sign of life: the leases that the worker says it holds last for another term.
   *
   * @return those among them that are not its leases any more
   */
  List<LeaseId> renew(WorkerId worker, Collection<LeaseId> held, long nowNanos) {
    List<LeaseId> ended = new ArrayList<>();
    for (LeaseId id : held) {
      Lease lease = leases.get(id);
      if (lease != null && lease.worker.equals(worker)) {
        lease.deadlineNanos = nowNanos + term.toNanos();
      } else {
        ended.add(id);
      }
    }
    return ended;
  }

  /** The leases that the worker holds. */
  List<LeaseId> leasesOf(WorkerId worker) {
    return leases.entrySet().stream()
        .filter(entry -> entry.getValue().worker.equals(worker))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * A task is done, by whichever lease: merging is deterministic, so a late receipt is as good as a
   * timely one.
   */
  void complete(LeaseId leaseId, int task) {
    markDone(task);
    settle(leaseId, task);
  }

  /**
   * A task failed.
   *
   * @return the failure that ends the job, or empty when the task is to be tried again
   */
  Optional<Failure> fail(LeaseId leaseId, int task, Failure failure) {
    if (done.get(task) || !settle(leaseId, task)) {
      return Optional.empty();
    }
    if (!failure.kind().worthRetrying()) {
      return Optional.of(failure);
    }
    int count = failures.merge(task, 1, Integer::sum);
    if (count >= MAX_FAILURES) {
      return Optional.of(
          new Failure(
              failure.kind(), failure.message() + " (failed " + count + " times, giving up)"));
    }
    giveBack(List.of(task));
    return Optional.empty();
  }

  /** Whether the lease still held the task. */
  private boolean settle(LeaseId leaseId, int task) {
    Lease lease = leases.get(leaseId);
    if (lease == null || !lease.open.remove(task)) {
      return false;
    }
    long traffic = tasks.get(task).traffic();
    lease.traffic -= traffic;
    leasedTraffic.merge(lease.worker, -traffic, Long::sum);
    if (lease.open.isEmpty()) {
      leases.remove(leaseId);
    }
    return true;
  }

  /** The worker is gone, or has begun a new incarnation. */
  void lose(WorkerId worker) {
    removeLeases((_, lease) -> lease.worker.equals(worker));
  }

  /** Ends the leases whose deadline has passed and names them. */
  List<LeaseId> expire(long nowNanos) {
    return removeLeases((_, lease) -> nowNanos - lease.deadlineNanos > 0);
  }

  private List<LeaseId> removeLeases(java.util.function.BiPredicate<LeaseId, Lease> which) {
    List<LeaseId> ended = new ArrayList<>();
    for (Iterator<Map.Entry<LeaseId, Lease>> each = leases.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<LeaseId, Lease> entry = each.next();
      if (which.test(entry.getKey(), entry.getValue())) {
        each.remove();
        ended.add(entry.getKey());
        leasedTraffic.merge(entry.getValue().worker, -entry.getValue().traffic, Long::sum);
        giveBack(entry.getValue().open);
      }
    }
    return ended;
  }

  private void giveBack(Collection<Integer> ids) {
    for (int id : ids) {
      if (!done.get(id)) {
        waiting.addFirst(id);
        returned++;
      }
    }
  }
}
