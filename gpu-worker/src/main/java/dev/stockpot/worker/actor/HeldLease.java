package dev.stockpot.worker.actor;

import dev.stockpot.merge.Receipt;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.TensorFailed;
import dev.stockpot.protocol.WorkerEvent.TensorsMerged;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.worker.execution.DeviceExecutor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/** A lease, and what is known of its tasks but not yet acknowledged. */
final class HeldLease {

  private static final int RECEIPTS_PER_MESSAGE = 512;
  private static final int BYTES_PER_MESSAGE = 48 << 10;

  /** At most, of a receipt on the wire, and of each of its sources and soups. */
  private static final int RECEIPT_BYTES = 72;

  private static final int SOURCE_BYTES = 8;
  private static final int SOUP_BYTES = 32;

  private final MergeTensors command;
  private final Map<Integer, DeviceExecutor.Outcome> unacknowledged = new LinkedHashMap<>();
  private final long trafficPerTask;
  private int unsettled;
  private boolean toldSinceHeartbeat;
  private int silentHeartbeats;

  HeldLease(MergeTensors command) {
    this.command = command;
    this.unsettled = command.tasks().size();
    long traffic = command.tasks().stream().mapToLong(command.spec()::traffic).sum();
    this.trafficPerTask = traffic / Math.max(1, command.tasks().size());
  }

  LeaseId id() {
    return command.lease();
  }

  /** Bytes that a task of it reads and writes, on average. */
  long trafficPerTask() {
    return trafficPerTask;
  }

  /** These tasks have ended: tells them. */
  void end(WorkerId worker, Collection<DeviceExecutor.Outcome> ended) {
    unsettled -= ended.size();
    ended.forEach(outcome -> unacknowledged.put(outcome.task(), outcome));
    tell(worker, ended);
  }

  /**
   * Whoever gave the lease has these tasks' receipts.
   *
   * @return whether nothing is left of the lease
   */
  boolean acknowledge(List<Integer> tasks) {
    silentHeartbeats = 0;
    tasks.forEach(unacknowledged::remove);
    return unsettled == 0 && unacknowledged.isEmpty();
  }

  /**
   * Another heartbeat has passed: tells again what was not acknowledged since the last.
   *
   * @param present where desks are
   * @return for how many heartbeats nothing was seen or heard of the desk that gave the lease
   */
  int heartbeat(WorkerId worker, Collection<ActorRef<WorkerEvent>> present) {
    if (!toldSinceHeartbeat && !unacknowledged.isEmpty()) {
      tell(worker, unacknowledged.values());
    }
    toldSinceHeartbeat = false;
    var giver = command.replyTo().path().address();
    boolean seen = present.stream().anyMatch(desk -> desk.path().address().equals(giver));
    silentHeartbeats = seen ? 0 : silentHeartbeats + 1;
    return silentHeartbeats;
  }

  private void tell(WorkerId worker, Collection<DeviceExecutor.Outcome> outcomes) {
    List<Receipt> receipts = new ArrayList<>();
    int bytes = 0;
    for (DeviceExecutor.Outcome outcome : outcomes) {
      switch (outcome) {
        case DeviceExecutor.Outcome.Merged(_, Receipt receipt) -> {
          int more =
              RECEIPT_BYTES
                  + SOURCE_BYTES * receipt.sourceCrcs().size()
                  + SOUP_BYTES * receipt.outputs().size();
          if (receipts.size() == RECEIPTS_PER_MESSAGE || bytes + more > BYTES_PER_MESSAGE) {
            tellMerged(worker, receipts);
            receipts.clear();
            bytes = 0;
          }
          receipts.add(receipt);
          bytes += more;
        }
        case DeviceExecutor.Outcome.Failed failed ->
            command.replyTo().tell(new TensorFailed(worker, id(), failed.task(), failed.failure()));
        case DeviceExecutor.Outcome.LeaseOver _, DeviceExecutor.Outcome.DeviceFailed _ -> {}
      }
    }
    tellMerged(worker, receipts);
    toldSinceHeartbeat = true;
  }

  private void tellMerged(WorkerId worker, List<Receipt> receipts) {
    if (!receipts.isEmpty()) {
      command.replyTo().tell(new TensorsMerged(worker, id(), receipts));
    }
  }
}
