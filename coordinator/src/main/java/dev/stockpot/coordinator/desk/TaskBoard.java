package dev.stockpot.coordinator.desk;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Who does which task of a job: tasks wait, are leased to a worker until a deadline, and are done.
 *
 * <p>Knows no clock and no actor: the caller says what time it is. Every operation costs time in
 * proportion to the tasks and leases it names. Confined to one thread.
 *
 * <p>A lease that ends because its worker died, was removed or fell silent gives its tasks back;
 * that is no failure of theirs. Only what a worker reports as failed counts. A failure that no
 * attempt can undo is final at once, as is one of the environment where no other worker is left to
 * try; else the third failure of one task is.
 */
final class TaskBoard {

  static final int MAX_FAILURES = 3;

  /** Names of tensors are for messages only, and a checkpoint may hold any. */
  static final int MAX_NAME = 1_000;

  /** A batch of tasks given to a worker, with the files that they use. */
  record Grant(LeaseId lease, WorkerId worker, MergeSpec spec, List<TensorTask> tasks) {}

  /** A lease that is over, and the tasks that it gave back. */
  record Ended(LeaseId lease, WorkerId worker, List<Integer> returned) {}

  private static final class Lease {
    private final WorkerId worker;
    private final Set<Integer> open = new LinkedHashSet<>();
    private long traffic;
    private long deadlineNanos;

    Lease(WorkerId worker) {
      this.worker = worker;
    }
  }

  /** What one worker has of this board. */
  private static final class Holding {
    private final Set<LeaseId> leases = new LinkedHashSet<>();
    private long traffic;
  }

  private static final Holding NOTHING = new Holding();

  private final MergeSpec spec;
  private final List<TensorTask> tasks;
  private final Duration term;
  private final LeaseLimits limits;
  private final long sharedBytes;
  private final WaitingTasks waiting;
  private final AbleWorkers able = new AbleWorkers();
  private final BitSet done;

  /** By deadline, soonest first: the term is the same for all, and a renewed lease goes last. */
  private final LinkedHashMap<LeaseId, Lease> leases = new LinkedHashMap<>();

  private final Map<WorkerId, Holding> holdings = new HashMap<>();
  private final Map<Integer, Integer> failures = new HashMap<>();
  private int doneTasks;
  private long doneBytes;
  private long leasedTraffic;
  private long nextLease;
  private long returned;

  /**
   * A board on which all tasks wait but those already done.
   *
   * @param spec with every file of the job
   * @param tasks by id: the task at index i has id i
   * @param alreadyDone ids of tasks that need not be done again
   * @param term how long a lease lasts without a sign of life
   */
  TaskBoard(
      MergeSpec spec,
      List<TensorTask> tasks,
      Collection<Integer> alreadyDone,
      Duration term,
      LeaseLimits limits) {
    this.spec = spec;
    this.tasks = tasks;
    this.term = term;
    this.limits = limits;
    this.sharedBytes = LeaseSize.shared(spec);
    this.done = new BitSet(tasks.size());
    this.waiting = new WaitingTasks(tasks.size(), spec.reuseSources());
    alreadyDone.forEach(this::markDone);
    for (int id = done.nextClearBit(0); id < tasks.size(); id = done.nextClearBit(id + 1)) {
      waiting.addLast(id);
    }
  }

  private void markDone(int task) {
    if (!done.get(task)) {
      done.set(task);
      // A late receipt may finish a task that was given back.
      waiting.remove(task);
      doneTasks++;
      doneBytes += spec.outputBytes(tasks.get(task));
    }
  }

  /** Names the run of the job that the board belongs to. */
  String run() {
    return spec.run();
  }

  boolean isComplete() {
    return doneTasks == tasks.size();
  }

  int doneTasks() {
    return doneTasks;
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

  /** Bytes of task traffic that are leased to whomever. */
  long leasedTraffic() {
    return leasedTraffic;
  }

  /** Bytes of task traffic that are leased to the worker. */
  long leasedTraffic(WorkerId worker) {
    return holdings.getOrDefault(worker, NOTHING).traffic;
  }

  /** The leases that the worker holds. */
  Collection<LeaseId> leasesOf(WorkerId worker) {
    return List.copyOf(holdings.getOrDefault(worker, NOTHING).leases);
  }

  int leaseCount(WorkerId worker) {
    return holdings.getOrDefault(worker, NOTHING).leases.size();
  }

  /** How many workers hold leases. */
  int workers() {
    return holdings.size();
  }

  /** Whether any task waits for a worker. */
  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  /**
   * The worker may be given leases: where the job's sources are used again, a part of the tasks is
   * its own from now on.
   */
  void join(WorkerId worker) {
    waiting.join(worker.name());
    able.join(worker.name());
  }

  /** The worker is given nothing any more. */
  void leave(WorkerId worker) {
    waiting.leave(worker.name());
    able.leave(worker.name());
  }

  /** Whether the worker may have what others can do instead. */
  boolean isFor(WorkerId worker) {
    return able.isAble(worker.name());
  }

  /**
   * Gives the worker a batch, if any task waits.
   *
   * @param room bytes of task traffic that the worker still wants; the task that reaches it is the
   *     last
   * @param workers among whom the waiting tasks are to be divided, so that none takes them all
   */
  Optional<Grant> lease(WorkerId worker, long room, int workers, long nowNanos) {
    if (room <= 0 || !hasWaiting()) {
      return Optional.empty();
    }
    int most = Math.min(limits.tasks(), Math.ceilDiv(waiting.size(), Math.max(1, workers)));
    long mostTraffic = Math.min(room, limits.traffic());
    LeaseSize size = new LeaseSize(spec, sharedBytes);
    Lease lease = new Lease(worker);
    List<TensorTask> batch = new ArrayList<>();
    while (batch.size() < most && lease.traffic < mostTraffic && hasWaiting()) {
      int id = waiting.next(worker.name());
      TensorTask task = withShownName(tasks.get(id));
      boolean fits = size.add(task);
      if (!fits && !batch.isEmpty()) {
        waiting.addFirst(id);
        break;
      }
      batch.add(task);
      lease.open.add(id);
      lease.traffic += spec.traffic(task);
      if (!fits) {
        // It must travel, whatever its size.
        break;
      }
    }
    LeaseId id = new LeaseId(run(), nextLease++);
    lease.deadlineNanos = nowNanos + term.toNanos();
    leases.put(id, lease);
    Holding holding = holdings.computeIfAbsent(worker, _ -> new Holding());
    holding.leases.add(id);
    holding.traffic += lease.traffic;
    leasedTraffic += lease.traffic;
    return Optional.of(new Grant(id, worker, spec.forTasks(batch), batch));
  }

  /** Workers need the name for what they say only: short enough to travel, and fit to be shown. */
  private static TensorTask withShownName(TensorTask task) {
    String name = task.tensor();
    String shown = Printable.line(name.substring(0, Math.min(name.length(), MAX_NAME)));
    boolean cut = name.length() > MAX_NAME || shown.length() > MAX_NAME;
    if (!cut && shown.equals(name)) {
      return task;
    }
    return new TensorTask(
        task.id(),
        cut ? shown.substring(0, MAX_NAME - 1) + "…" : shown,
        task.operation(),
        task.firstElement(),
        task.elements(),
        task.sources(),
        task.dtype(),
        task.shard(),
        task.offset(),
        task.length());
  }

  /**
   * A sign of life: the lease lasts for another term.
   *
   * @return false if it is not the worker's lease (any more)
   */
  boolean renew(WorkerId worker, LeaseId id, long nowNanos) {
    Lease lease = leases.get(id);
    if (lease == null || !lease.worker.equals(worker)) {
      return false;
    }
    lease.deadlineNanos = nowNanos + term.toNanos();
    leases.putLast(id, lease);
    return true;
  }

  /** Whether the lease still holds tasks. */
  boolean isOpen(LeaseId id) {
    return leases.containsKey(id);
  }

  /** Whether this may be the receipt of one of this board's tasks. */
  boolean fits(Receipt receipt) {
    return receipt.task() >= 0
        && receipt.task() < tasks.size()
        && receipt.outputs().size() == spec.soups().size()
        && receipt.sourceCrcs().size() == tasks.get(receipt.task()).sources().size();
  }

  /**
   * A task is done, by whichever lease: merging is deterministic, so a late receipt is as good as a
   * timely one.
   */
  void complete(LeaseId leaseId, int task) {
    markDone(task);
    settle(leaseId, task);
  }

  TensorTask task(int id) {
    return tasks.get(id);
  }

  /** Bytes of output of the task, of all soups. */
  long outputBytes(int task) {
    return spec.outputBytes(tasks.get(task));
  }

  /**
   * A task failed.
   *
   * @return the failure that ends the job, or empty when the task is to be tried again
   */
  Optional<Failure> fail(LeaseId leaseId, int task, Failure failure) {
    Lease lease = leases.get(leaseId);
    if (task < 0
        || task >= tasks.size()
        || done.get(task)
        || lease == null
        || !settle(leaseId, task)) {
      return Optional.empty();
    }
    boolean again =
        failure.kind().worthRetrying()
            || (failure.kind().worthRetryingElsewhere() && able.failed(lease.worker.name()));
    if (!again) {
      return Optional.of(failure);
    }
    int count = failures.merge(task, 1, Integer::sum);
    if (count >= MAX_FAILURES) {
      return Optional.of(
          new Failure(
              failure.kind(), failure.message() + " (failed " + count + " times, giving up)"));
    }
    // Last: what failed just now may do better later, and elsewhere.
    waiting.addLast(task);
    returned++;
    return Optional.empty();
  }

  /** Whether the lease still held the task. */
  private boolean settle(LeaseId leaseId, int task) {
    Lease lease = leases.get(leaseId);
    if (lease == null || !lease.open.remove(task)) {
      return false;
    }
    long traffic = spec.traffic(tasks.get(task));
    lease.traffic -= traffic;
    forget(lease.worker, traffic);
    if (lease.open.isEmpty()) {
      leases.remove(leaseId);
      forget(lease.worker, leaseId);
    }
    return true;
  }

  private void forget(WorkerId worker, long traffic) {
    leasedTraffic -= traffic;
    Objects.requireNonNull(holdings.get(worker)).traffic -= traffic;
  }

  private void forget(WorkerId worker, LeaseId lease) {
    Holding holding = Objects.requireNonNull(holdings.get(worker));
    holding.leases.remove(lease);
    if (holding.leases.isEmpty()) {
      holdings.remove(worker);
    }
  }

  /** The worker is gone, or has begun a new incarnation: its leases end. */
  List<Ended> lose(WorkerId worker) {
    return leasesOf(worker).stream().map(this::end).toList();
  }

  /** Ends the leases whose deadline has passed. */
  List<Ended> expire(long nowNanos) {
    List<Ended> ended = new ArrayList<>();
    while (!leases.isEmpty() && nowNanos - leases.firstEntry().getValue().deadlineNanos > 0) {
      ended.add(end(leases.firstEntry().getKey()));
    }
    return ended;
  }

  /** Ends every lease. */
  List<Ended> endAll() {
    return List.copyOf(leases.keySet()).stream().map(this::end).toList();
  }

  private Ended end(LeaseId id) {
    Lease lease = Objects.requireNonNull(leases.remove(id));
    forget(lease.worker, lease.traffic);
    forget(lease.worker, id);
    List<Integer> back = new ArrayList<>();
    for (int task : lease.open) {
      if (!done.get(task)) {
        waiting.addFirst(task);
        back.add(task);
      }
    }
    returned += back.size();
    return new Ended(id, lease.worker, back);
  }
}
