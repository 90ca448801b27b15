package dev.stockpot.worker.execution;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.storage.RunStorage;
import dev.stockpot.worker.storage.Upload;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A lease in an executor: how far it is, and who hears of it. */
final class OpenLease {

  /** What a lease's tasks have in common with those of all others here. */
  interface Desk {
    /** A task's bytes are written; its receipt counts once they are flushed. */
    void written(LeasedTask task, Receipt receipt);

    /** Nothing more is merged of a lease. */
    void allMerged();
  }

  private enum Phase {
    WAITING,
    BEGUN,
    ABANDONED
  }

  private final LeaseId id;
  private final MergeSpec spec;
  private final RunStorage storage;
  private final Optional<RemoteAccess> access;
  private final Consumer<List<Outcome>> done;
  private final Desk desk;
  private final AtomicInteger unmerged;
  private final Set<Upload> uploads = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);

  /**
   * A lease of which no task has begun.
   *
   * @param tasks how many it has
   * @param storage borrowed
   * @param done hears of outcomes until the lease is abandoned
   */
  OpenLease(
      LeaseId id,
      MergeSpec spec,
      int tasks,
      RunStorage storage,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done,
      Desk desk) {
    this.id = id;
    this.spec = spec;
    this.unmerged = new AtomicInteger(tasks);
    this.storage = storage;
    this.access = access;
    this.done = done;
    this.desk = desk;
  }

  LeaseId id() {
    return id;
  }

  MergeSpec spec() {
    return spec;
  }

  RunStorage storage() {
    return storage;
  }

  Optional<RemoteAccess> access() {
    return access;
  }

  Desk desk() {
    return desk;
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

  /** Nothing more is merged of one of its tasks, whatever came of it. */
  void mergeEnded() {
    if (unmerged.decrementAndGet() == 0) {
      desk.allMerged();
    }
  }

  /** Whether no more bytes to flush come from this lease. */
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

  /** Tells outcomes, unless the lease was abandoned. */
  void tell(List<Outcome> outcomes) {
    if (!isAbandoned()) {
      done.accept(outcomes);
    }
  }
}
