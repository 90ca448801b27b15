package dev.stockpot.worker.execution;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Merges tensor tasks on one device, on threads of its own. Owned by one worker actor, which closes
 * it.
 */
public interface DeviceExecutor extends AutoCloseable {

  /** What it merges with, and how fast. The same for as long as the executor lives. */
  Device device();

  /** What the device says of itself now; quick, for it is asked at every heartbeat. */
  default Optional<DeviceSample> sample() {
    return Optional.empty();
  }

  /** Bytes of task traffic beyond which queueing more does not make the device any faster. */
  long capacity();

  /**
   * Queues the tasks of a lease. Outcomes come in batches, on a thread of the executor, in any
   * order; a task whose lease was abandoned has none.
   *
   * @param access for files that are not seen from here
   */
  void submit(
      LeaseId lease,
      MergeSpec spec,
      List<TensorTask> tasks,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done);

  /** The leases of the tasks that were submitted. */
  Leases leases();

  /** Stops all work and waits until no thread of the executor touches a file. */
  @Override
  void close();

  /** The leases of one executor, and the files of their runs. */
  interface Leases {
    /**
     * Abandons a lease if none of its tasks has begun.
     *
     * @return false if one has: the lease stays as it is
     */
    boolean withdraw(LeaseId lease);

    /**
     * Forgets a lease: tasks not begun are dropped, those under way stop soon, and none is told.
     */
    void abandon(LeaseId lease);

    /** How the files of each run with a lease here are reached, as far as that is known yet. */
    List<StorageUse> storage();

    /** Closes the files of a run that has no lease here any more. */
    void release(String run);
  }

  /** How one task ended. */
  sealed interface Outcome {
    LeaseId lease();

    int task();

    /** Merged, and its bytes flushed to storage. */
    record Merged(LeaseId lease, Receipt receipt) implements Outcome {
      @Override
      public int task() {
        return receipt.task();
      }
    }

    record Failed(LeaseId lease, int task, Failure failure) implements Outcome {}

    /** The coordinator serves the lease no more: it is abandoned, and there is nothing to tell. */
    record LeaseOver(LeaseId lease, int task) implements Outcome {}

    /**
     * The device failed, not the task: this executor does no more work, and another worker can do
     * the task.
     *
     * @param reason one line, for a person
     */
    record DeviceFailed(LeaseId lease, int task, String reason) implements Outcome {}
  }
}
