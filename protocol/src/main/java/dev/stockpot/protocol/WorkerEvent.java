package dev.stockpot.protocol;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/** What a worker says to a coordinator. */
public sealed interface WorkerEvent extends WireMessage {

  /** Where workers report: the lease desk of the active coordinator. */
  ServiceKey<WorkerEvent> DESK = ServiceKey.create(WorkerEvent.class, "stockpot-desk");

  /**
   * The worker's whole state, sent at start and then at every heartbeat. Absolute, so that a lost
   * or repeated report does no harm.
   *
   * @param capacity bytes of task traffic (read plus written) that the worker wants to hold leased
   * @param held the leases that the worker knows; each is renewed by the report
   * @param state whether it wants more work
   * @param restarts how often its supervisor had to start it anew
   * @param storage how it reaches the files of the jobs that it works for
   * @param sample what its device says of itself; empty where it says nothing
   * @param outOfService why it is {@link WorkerState#OUT}
   */
  record WorkerReported(
      WorkerId worker,
      ActorRef<WorkerCommand> ref,
      Device device,
      long capacity,
      List<LeaseId> held,
      WorkerState state,
      int restarts,
      List<StorageUse> storage,
      Optional<DeviceSample> sample,
      Optional<String> outOfService)
      implements WorkerEvent {
    public WorkerReported {
      held = List.copyOf(held);
      storage = List.copyOf(storage);
    }

    /** The same of another worker. */
    public WorkerReported of(WorkerId other) {
      return with(other, state);
    }

    /** The same in another state. */
    public WorkerReported in(WorkerState other) {
      return with(worker, other);
    }

    private WorkerReported with(WorkerId other, WorkerState now) {
      return new WorkerReported(
          other, ref, device, capacity, held, now, restarts, storage, sample, outOfService);
    }
  }

  /** Tasks of a lease are done and their bytes flushed. Repeated until acknowledged. */
  record TensorsMerged(WorkerId worker, LeaseId lease, List<Receipt> receipts)
      implements WorkerEvent {
    public TensorsMerged {
      receipts = List.copyOf(receipts);
    }
  }

  /** One task of a lease failed. The worker goes on with the others. */
  record TensorFailed(WorkerId worker, LeaseId lease, int task, Failure failure)
      implements WorkerEvent {}
}
