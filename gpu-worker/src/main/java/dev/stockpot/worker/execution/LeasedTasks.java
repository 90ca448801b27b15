package dev.stockpot.worker.execution;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.storage.JobStorage;
import dev.stockpot.worker.storage.Upload;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A lease's tasks in an executor, for as long as any of them is queued or under way. */
public final class LeasedTasks {

  private enum Phase {
    WAITING,
    BEGUN,
    ABANDONED
  }

  /** One of them. */
  public record Work(LeasedTasks of, TensorTask task) {
    public MergeSpec spec() {
      return of.spec;
    }
  }

  private final LeaseId lease;
  private final MergeSpec spec;
  private final JobStorage storage;
  private final Optional<RemoteAccess> access;
  private final Consumer<List<Outcome>> done;
  private final AtomicInteger unmerged;
  private final AtomicInteger unsettled;
  private final Set<Upload> uploads = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);

  /**
   * Tasks of which none has begun.
   *
   * @param storage borrowed
   * @param done hears of outcomes until the lease is abandoned
   */
  LeasedTasks(
      LeaseId lease,
      MergeSpec spec,
      JobStorage storage,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done,
      int tasks) {
    this.lease = lease;
    this.spec = spec;
    this.storage = storage;
    this.access = access;
    this.done = done;
    this.unmerged = new AtomicInteger(tasks);
    this.unsettled = new AtomicInteger(tasks);
  }

  LeaseId lease() {
    return lease;
  }

  MergeSpec spec() {
    return spec;
  }

  JobStorage storage() {
    return storage;
  }

  Optional<RemoteAccess> access() {
    return access;
  }

  /** A task is about to begin; false if it must not. */
  boolean begin() {
    return phase.compareAndSet(Phase.WAITING, Phase.BEGUN) || phase.get() == Phase.BEGUN;
  }

  boolean isAbandoned() {
    return phase.get() == Phase.ABANDONED;
  }

  void abandon() {
    phase.set(Phase.ABANDONED);
    uploads.forEach(Upload::cancel);
  }

  /** Abandons the lease if no task has begun. */
  boolean withdraw() {
    return phase.compareAndSet(Phase.WAITING, Phase.ABANDONED);
  }

  /** Nothing more is merged of one of them, whatever came of it. */
  void mergeEnded() {
    unmerged.decrementAndGet();
  }

  /** Whether no more pieces to flush come from this lease. */
  boolean allMergesEnded() {
    return unmerged.get() == 0;
  }

  /** An upload goes on after its task's thread has turned to the next, until it has ended. */
  void follow(Upload upload) {
    uploads.add(upload);
  }

  void ended(Upload upload) {
    uploads.remove(upload);
  }

  /**
   * Tells outcomes, unless the lease was abandoned.
   *
   * @return whether these were the last
   */
  boolean tell(List<Outcome> outcomes) {
    boolean last = unsettled.addAndGet(-outcomes.size()) == 0;
    if (!isAbandoned()) {
      done.accept(outcomes);
    }
    return last;
  }

  Outcome failed(TensorTask task, Failure failure) {
    return new Outcome.Failed(lease, task.id(), failure);
  }
}
