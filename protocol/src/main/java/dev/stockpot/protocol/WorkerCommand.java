package dev.stockpot.protocol;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** What a coordinator says to a worker. */
public sealed interface WorkerCommand extends WireMessage {

  /**
   * Do these tasks. The worker answers {@code replyTo} with {@link WorkerEvent}s and keeps the
   * lease until it is closed.
   *
   * @param spec with the files that these tasks use, and no others
   * @param access for files that the worker does not see; empty where all is one process
   */
  record MergeTensors(
      LeaseId lease,
      MergeSpec spec,
      List<TensorTask> tasks,
      Optional<RemoteAccess> access,
      ActorRef<WorkerEvent> replyTo)
      implements WorkerCommand {
    public MergeTensors {
      tasks = List.copyOf(tasks);
    }
  }

  /** The receipts of this lease stand in the journal: forget them. */
  record AcknowledgeReceipts(LeaseId lease, List<Integer> tasks) implements WorkerCommand {
    public AcknowledgeReceipts {
      tasks = List.copyOf(tasks);
    }
  }

  /** The lease has expired or its job has ended: stop its tasks and forget it. */
  record CloseLease(LeaseId lease) implements WorkerCommand {}
}
