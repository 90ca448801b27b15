package dev.stockpot.worker.execution;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.storage.NodeStorage;
import dev.stockpot.worker.storage.RunStorage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The leases of one executor, and the files of their runs: what does not depend on the device. One
 * thread of its own flushes written bytes to storage in batches while others merge; bytes that go
 * through the coordinator are flushed there, and are on their way while the others merge likewise.
 *
 * <p>May be used by many threads. The owner merges the tasks of {@link #open}.
 */
public final class LeaseBook implements DeviceExecutor.Leases, AutoCloseable {

  /** What a task's receipt waits for the rest of its lease: so much more a crash may cost. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final NodeStorage storage;
  private final ShardFlusher flusher;
  private final Map<LeaseId, OpenLease> leases = new ConcurrentHashMap<>();
  private final Map<String, RunStorage> runs = new ConcurrentHashMap<>();
  private volatile boolean closing;

  private final OpenLease.Desk desk =
      new OpenLease.Desk() {
        @Override
        public void written(LeasedTask task, Receipt receipt) {
          flusher.add(task, receipt);
        }

        @Override
        public void allMerged() {
          if (leases.values().stream().allMatch(OpenLease::allMergesEnded)) {
            flusher.hurry();
          }
        }
      };

  /**
   * A book without leases.
   *
   * @param storage borrowed
   */
  public LeaseBook(NodeStorage storage) {
    this.storage = storage;
    this.flusher = new ShardFlusher(PATIENCE, storage.flushed());
  }

  /** The tasks of a lease that begins; the parameters are those of an executor's submit. */
  public List<LeasedTask> open(
      LeaseId id,
      MergeSpec spec,
      List<TensorTask> tasks,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done) {
    RunStorage files = runs.computeIfAbsent(spec.run(), storage::run);
    OpenLease lease = new OpenLease(id, spec, tasks.size(), files, access, done, desk);
    leases.put(id, lease);
    if (closing) {
      lease.abandon();
    }
    return tasks.stream().map(task -> new LeasedTask(lease, task)).toList();
  }

  @Override
  public void abandon(LeaseId id) {
    OpenLease lease = leases.remove(id);
    if (lease != null) {
      lease.abandon();
    }
  }

  @Override
  public boolean withdraw(LeaseId id) {
    OpenLease lease = leases.get(id);
    boolean withdrawn = lease != null && lease.withdraw();
    if (withdrawn) {
      leases.remove(id);
    }
    return withdrawn;
  }

  @Override
  public List<StorageUse> storage() {
    return runs.values().stream().flatMap(files -> files.uses().stream()).toList();
  }

  @Override
  public void release(String run) {
    RunStorage files = runs.remove(run);
    if (files != null) {
      files.close();
    }
  }

  /** Every lease is abandoned from now on. */
  public void stop() {
    closing = true;
    leases.values().forEach(OpenLease::abandon);
  }

  /** Closes all files; the owner's threads must have ended, and were told by {@link #stop}. */
  @Override
  public void close() {
    stop();
    flusher.close();
    List.copyOf(runs.keySet()).forEach(this::release);
  }
}
