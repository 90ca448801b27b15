package dev.stockpot.benchmarks.controlplane;

import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.TensorsMerged;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Says what a worker says, heartbeats and repeated receipts included, and merges nothing: a lease
 * is done as soon as it is there.
 */
final class IdleWorker {

  private sealed interface Message {
    record FromWire(WorkerCommand command) implements Message {}

    record Heartbeat() implements Message {}
  }

  /** A lease that is done, until its receipts are acknowledged. */
  private static final class Done {
    private final TensorsMerged told;
    private final ActorRef<WorkerEvent> replyTo;
    private int unacknowledged;
    private boolean toldSinceHeartbeat = true;

    Done(TensorsMerged told, ActorRef<WorkerEvent> replyTo) {
      this.told = told;
      this.replyTo = replyTo;
      this.unacknowledged = told.receipts().size();
    }
  }

  private static final Device DEVICE = new Device("cpu", "none", "merges nothing");

  private final WorkerId id;
  private final ActorRef<WorkerEvent> desk;
  private final ActorRef<WorkerCommand> self;
  private final long capacity;
  private final Map<LeaseId, Done> held = new LinkedHashMap<>();

  private IdleWorker(
      ActorContext<Message> context, String name, ActorRef<WorkerEvent> desk, long capacity) {
    this.id = new WorkerId(name, System.currentTimeMillis());
    this.desk = desk;
    this.self = context.messageAdapter(WorkerCommand.class, Message.FromWire::new);
    this.capacity = capacity;
  }

  /**
   * A worker that reports from now on.
   *
   * @param capacity bytes of task traffic
   */
  static Behavior<?> create(
      String name, ActorRef<WorkerEvent> desk, long capacity, Duration heartbeat) {
    return Behaviors.setup((ActorContext<Message> context) ->
        Behaviors.withTimers(timers -> {
          timers.startTimerWithFixedDelay(new Message.Heartbeat(), heartbeat);
          IdleWorker worker = new IdleWorker(context, name, desk, capacity);
          worker.report();
          return Behaviors.receiveMessage(message -> {
            switch (message) {
              case Message.Heartbeat _ -> worker.onHeartbeat();
              case Message.FromWire(MergeTensors lease) -> worker.onLease(lease);
              case Message.FromWire(AcknowledgeReceipts receipts) ->
                  worker.onAcknowledged(receipts);
              case Message.FromWire(CloseLease(LeaseId lease)) -> worker.held.remove(lease);
            }
            return Behaviors.same();
          });
        }));
  }

  private void onLease(MergeTensors lease) {
    if (held.containsKey(lease.lease())) {
      return;
    }
    List<Receipt> receipts = lease.tasks().stream().map(IdleWorker::receipt).toList();
    Done done = new Done(new TensorsMerged(id, lease.lease(), receipts), lease.replyTo());
    held.put(lease.lease(), done);
    done.replyTo.tell(done.told);
  }

  private static Receipt receipt(TensorTask task) {
    return new Receipt(
        task.id(),
        List.of(new Receipt.Output(0, 0, 0)),
        Collections.nCopies(task.sources().size(), 0),
        new Receipt.StageNanos(40_000, 50_000, 60_000));
  }

  private void onAcknowledged(AcknowledgeReceipts receipts) {
    Done done = held.get(receipts.lease());
    if (done != null) {
      done.unacknowledged -= receipts.tasks().size();
      if (done.unacknowledged <= 0) {
        held.remove(receipts.lease());
      }
    }
  }

  private void onHeartbeat() {
    for (Done done : held.values()) {
      if (!done.toldSinceHeartbeat) {
        done.replyTo.tell(done.told);
      }
      done.toldSinceHeartbeat = false;
    }
    report();
  }

  private void report() {
    desk.tell(
        new WorkerReported(
            id,
            self,
            DEVICE,
            capacity,
            List.copyOf(held.keySet()),
            WorkerState.WORKING,
            0,
            List.of(),
            Optional.empty(),
            Optional.empty()));
  }
}
