package dev.stockpot.worker;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.TensorFailed;
import dev.stockpot.protocol.WorkerEvent.TensorsMerged;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One worker: it holds leases, has its device's executor do their tasks, and answers with receipts
 * until they are acknowledged. A bug in the executor restarts it, with a new executor and a new
 * incarnation, after a backoff.
 */
public final class DeviceWorker {

  /** Never repeats within a host's clock: it starts at the time of day and only grows. */
  private static final AtomicLong INCARNATIONS = new AtomicLong(System.currentTimeMillis());

  private static final int RECEIPTS_PER_MESSAGE = 512;
  private static final Duration MIN_BACKOFF = Duration.ofMillis(200);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);
  private static final double BACKOFF_JITTER = 0.2;

  private sealed interface Message {
    record FromWire(WorkerCommand command) implements Message {}

    record TasksEnded(List<DeviceExecutor.Outcome> outcomes) implements Message {}

    record Heartbeat() implements Message {}
  }

  /** The executor did what it should never do; the supervisor starts the worker anew. */
  private static final class ExecutorFault extends RuntimeException {
    @java.io.Serial private static final long serialVersionUID = 1;

    ExecutorFault(String message) {
      super(message);
    }
  }

  /** A lease, and what is known of its tasks but not yet acknowledged. */
  private static final class HeldLease {
    private final MergeTensors command;
    private final Map<Integer, DeviceExecutor.Outcome> unacknowledged = new LinkedHashMap<>();
    private int unsettled;
    private boolean toldSinceHeartbeat;

    HeldLease(MergeTensors command) {
      this.command = command;
      this.unsettled = command.tasks().size();
    }
  }

  private final ActorContext<Message> context;
  private final ActorRef<WorkerEvent> coordinator;
  private final ActorRef<WorkerCommand> self;
  private final DeviceExecutor executor;
  private final WorkerId id;
  private final Map<LeaseId, HeldLease> held = new LinkedHashMap<>();

  private DeviceWorker(
      ActorContext<Message> context,
      String name,
      ActorRef<WorkerEvent> coordinator,
      DeviceExecutor executor) {
    this.context = context;
    this.coordinator = coordinator;
    this.executor = executor;
    this.id = new WorkerId(name, INCARNATIONS.incrementAndGet());
    this.self = context.messageAdapter(WorkerCommand.class, Message.FromWire::new);
  }

  /**
   * A worker that reports to the coordinator from now on.
   *
   * @param name shown to people, unique among the coordinator's workers
   * @param executors makes the executor, once at the start and once after each fault
   */
  public static Behavior<?> create(
      String name,
      WorkerSettings settings,
      Supplier<DeviceExecutor> executors,
      ActorRef<WorkerEvent> coordinator) {
    Behavior<Message> worker =
        Behaviors.setup(context ->
            Behaviors.withTimers(timers -> {
              timers.startTimerWithFixedDelay(new Message.Heartbeat(), settings.heartbeat());
              DeviceWorker started = new DeviceWorker(context, name, coordinator, executors.get());
              started.report();
              return started.working();
            }));
    return Behaviors.supervise(worker)
        .onFailure(
            RuntimeException.class,
            SupervisorStrategy.restartWithBackoff(MIN_BACKOFF, MAX_BACKOFF, BACKOFF_JITTER));
  }

  private Behavior<Message> working() {
    return Behaviors.receive(Message.class)
        .onAnyMessage(message ->
            switch (message) {
              case Message.FromWire(MergeTensors command) -> onMergeTensors(command);
              case Message.FromWire(AcknowledgeReceipts command) -> onAcknowledge(command);
              case Message.FromWire(CloseLease command) -> onCloseLease(command);
              case Message.TasksEnded(List<DeviceExecutor.Outcome> outcomes) ->
                  onTasksEnded(outcomes);
              case Message.Heartbeat _ -> onHeartbeat();
            })
        .onSignal(PreRestart.class, _ -> onStop())
        .onSignal(PostStop.class, _ -> onStop())
        .build();
  }

  private Behavior<Message> onMergeTensors(MergeTensors command) {
    if (held.containsKey(command.lease())) {
      return Behaviors.same();
    }
    held.put(command.lease(), new HeldLease(command));
    ActorRef<Message> me = context.getSelf();
    MergeSpec spec = command.spec();
    executor.submit(
        command.lease(),
        spec,
        command.tasks(),
        outcomes -> me.tell(new Message.TasksEnded(outcomes)));
    return Behaviors.same();
  }

  private Behavior<Message> onTasksEnded(List<DeviceExecutor.Outcome> outcomes) {
    Map<LeaseId, List<DeviceExecutor.Outcome>> byLease = new HashMap<>();
    for (DeviceExecutor.Outcome outcome : outcomes) {
      byLease.computeIfAbsent(outcome.lease(), _ -> new ArrayList<>()).add(outcome);
    }
    Optional<Failure> bug = Optional.empty();
    for (Map.Entry<LeaseId, List<DeviceExecutor.Outcome>> each : byLease.entrySet()) {
      // A lease that was closed, or held by the executor of an incarnation that is over.
      HeldLease lease = held.get(each.getKey());
      if (lease == null) {
        continue;
      }
      List<DeviceExecutor.Outcome> ended = each.getValue();
      lease.unsettled -= ended.size();
      ended.forEach(outcome -> lease.unacknowledged.put(outcome.task(), outcome));
      tell(lease, ended);
      bug = bug.or(() -> firstBug(ended));
    }
    if (bug.isPresent()) {
      throw new ExecutorFault(bug.get().message());
    }
    return Behaviors.same();
  }

  private static Optional<Failure> firstBug(List<DeviceExecutor.Outcome> outcomes) {
    for (DeviceExecutor.Outcome outcome : outcomes) {
      if (outcome instanceof DeviceExecutor.Outcome.Failed(_, _, Failure failure)
          && failure.kind() == Failure.Kind.BUG) {
        return Optional.of(failure);
      }
    }
    return Optional.empty();
  }

  private void tell(HeldLease lease, Iterable<DeviceExecutor.Outcome> outcomes) {
    LeaseId leaseId = lease.command.lease();
    List<Receipt> receipts = new ArrayList<>();
    for (DeviceExecutor.Outcome outcome : outcomes) {
      switch (outcome) {
        case DeviceExecutor.Outcome.Merged(_, Receipt receipt) -> receipts.add(receipt);
        case DeviceExecutor.Outcome.Failed(_, int task, Failure failure) ->
            lease.command.replyTo().tell(new TensorFailed(id, leaseId, task, failure));
      }
      if (receipts.size() == RECEIPTS_PER_MESSAGE) {
        lease.command.replyTo().tell(new TensorsMerged(id, leaseId, receipts));
        receipts.clear();
      }
    }
    if (!receipts.isEmpty()) {
      lease.command.replyTo().tell(new TensorsMerged(id, leaseId, receipts));
    }
    lease.toldSinceHeartbeat = true;
  }

  private Behavior<Message> onAcknowledge(AcknowledgeReceipts command) {
    HeldLease lease = held.get(command.lease());
    if (lease != null) {
      command.tasks().forEach(lease.unacknowledged::remove);
      if (lease.unsettled == 0 && lease.unacknowledged.isEmpty()) {
        forget(command.lease());
      }
    }
    return Behaviors.same();
  }

  private Behavior<Message> onCloseLease(CloseLease command) {
    if (held.containsKey(command.lease())) {
      executor.abandon(command.lease());
      forget(command.lease());
    }
    return Behaviors.same();
  }

  private void forget(LeaseId lease) {
    held.remove(lease);
    if (held.keySet().stream().noneMatch(other -> other.job().equals(lease.job()))) {
      executor.release(lease.job());
    }
  }

  private Behavior<Message> onHeartbeat() {
    for (HeldLease lease : held.values()) {
      if (!lease.toldSinceHeartbeat && !lease.unacknowledged.isEmpty()) {
        tell(lease, lease.unacknowledged.values());
      }
      lease.toldSinceHeartbeat = false;
    }
    report();
    return Behaviors.same();
  }

  private void report() {
    coordinator.tell(
        new WorkerReported(
            id,
            self,
            executor.device(),
            executor.capacity(),
            List.copyOf(held.keySet()),
            WorkerState.WORKING,
            0,
            List.of()));
  }

  private Behavior<Message> onStop() {
    executor.close();
    return Behaviors.same();
  }
}
