package dev.stockpot.worker.actor;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.metrics.Metered;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import dev.stockpot.worker.execution.DeviceExecutor;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.BackoffSupervisorStrategy;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One worker: it holds leases, has its device's executor do their tasks, and answers with receipts
 * until they are acknowledged. A bug in the executor, or a failure of the device, restarts it, with
 * a new executor and a new incarnation, after a backoff; its leases go back, which is no failure of
 * their tasks. When its device has failed three times it is out of service: it goes on reporting,
 * so that people see why, and takes nothing any more.
 *
 * <p>It reports to every desk that it was told of, and keeps a lease for a while after the desk
 * that gave it disappeared: the network may come back sooner than the work could be done again.
 */
public final class DeviceWorker {

  /** Never repeats within a host's clock: it starts at the time of day and only grows. */
  private static final AtomicLong INCARNATIONS = new AtomicLong(System.currentTimeMillis());

  private static final Duration MIN_BACKOFF = Duration.ofMillis(200);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);
  private static final double BACKOFF_JITTER = 0.2;

  /** What the node that the worker runs on says to it. */
  public sealed interface Command {

    /** From now on report to these, and to no others. */
    record DesksChanged(Set<ActorRef<WorkerEvent>> desks) implements Command {
      public DesksChanged {
        desks = Set.copyOf(desks);
      }
    }

    /**
     * Finish what was begun, take nothing new, and answer when nothing is held any more or when
     * that has taken too long. The worker is to be stopped then.
     */
    record Drain(ActorRef<Done> replyTo) implements Command {}
  }

  private sealed interface Message extends Command {
    record FromWire(WorkerCommand command) implements Message {}

    record TasksEnded(List<DeviceExecutor.Outcome> outcomes) implements Message {}

    record Heartbeat() implements Message {}

    record DrainTimeout() implements Message {}
  }

  /** Tells the node that a worker's device serves no more. */
  public record OutOfService(String worker, String reason) {}

  /**
   * The executor did what it should never do, or its device failed; the supervisor starts the
   * worker anew. Where that was says nothing, so there is no stack trace.
   */
  private static final class ExecutorFault extends RuntimeException {
    @java.io.Serial private static final long serialVersionUID = 1;

    ExecutorFault(String message) {
      super(message, null, false, false);
    }
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final WorkerSettings settings;
  private final Optional<DeviceExecutor> executor;
  private final WorkerLives lives;
  private final ActorRef<WorkerCommand> self;
  private final WorkerId id;
  private final HeldLeases held;
  private final LeaseWindow window;

  private DeviceWorker(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      String name,
      WorkerSettings settings,
      Optional<DeviceExecutor> executor,
      WorkerLives lives) {
    this.context = context;
    this.timers = timers;
    this.settings = settings;
    this.executor = executor;
    this.lives = lives;
    this.id = new WorkerId(name, INCARNATIONS.incrementAndGet());
    this.held = new HeldLeases(id);
    this.window = new LeaseWindow(executor.map(DeviceExecutor::capacity).orElse(0L));
    this.self = context.messageAdapter(WorkerCommand.class, Message.FromWire::new);
  }

  /** A worker that reports to one desk for as long as it lives. */
  public static Behavior<Command> create(
      String name,
      WorkerSettings settings,
      Supplier<DeviceExecutor> executors,
      ActorRef<WorkerEvent> desk) {
    return create(name, settings, executors, Set.of(desk), _ -> {});
  }

  /**
   * A worker that reports from now on.
   *
   * @param name shown to people, unique among the coordinator's workers
   * @param executors makes the executor, once at the start and once after each fault; may block,
   *     and may throw a {@link MergeException} where the device does not let it start
   * @param desks that it reports to until it is told of others
   * @param node hears when the device is out of service
   */
  public static Behavior<Command> create(
      String name,
      WorkerSettings settings,
      Supplier<DeviceExecutor> executors,
      Set<ActorRef<WorkerEvent>> desks,
      Consumer<OutOfService> node) {
    WorkerLives lives = new WorkerLives(desks);
    Behavior<Command> worker =
        Behaviors.setup(context ->
            Behaviors.withTimers(timers -> {
              lives.begun++;
              Optional<DeviceExecutor> executor =
                  lives.outOfService.isEmpty()
                      ? Optional.of(start(context, name, executors, lives))
                      : Optional.empty();
              timers.startTimerWithFixedDelay(new Message.Heartbeat(), settings.heartbeat());
              DeviceWorker started =
                  new DeviceWorker(context, timers, name, settings, executor, lives);
              lives.outOfService.ifPresent(reason -> started.leaveService(node, reason));
              started.report(lives.desks);
              started.answerIfDrained();
              return started.working();
            }));
    BackoffSupervisorStrategy restart =
        SupervisorStrategy.restartWithBackoff(MIN_BACKOFF, MAX_BACKOFF, BACKOFF_JITTER);
    return Behaviors.supervise(
            // Whoever throws it has logged why.
            Behaviors.supervise(
                    Metered.behavior(
                        Behaviors.withMdc(Command.class, Map.of("worker", name), worker)))
                .onFailure(ExecutorFault.class, restart.withLoggingEnabled(false)))
        .onFailure(RuntimeException.class, restart);
  }

  private static ExecutorFault fault(ActorContext<?> context, String name, String reason) {
    context.getLog().warn("{} starts anew: {}", name, reason);
    return new ExecutorFault(reason);
  }

  private static DeviceExecutor start(
      ActorContext<?> context, String name, Supplier<DeviceExecutor> executors, WorkerLives lives) {
    try {
      DeviceExecutor executor = executors.get();
      lives.device = Optional.of(executor.device());
      return executor;
    } catch (MergeException e) {
      lives.deviceFailed(e.failure().message());
      throw fault(context, name, e.failure().message());
    }
  }

  private void leaveService(Consumer<OutOfService> node, String reason) {
    context.getLog().warn("{} is out of service: {}", id.name(), reason);
    node.accept(new OutOfService(id.name(), reason));
  }

  private Behavior<Command> working() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(message -> {
          switch (message) {
            case Command.DesksChanged(Set<ActorRef<WorkerEvent>> desks) -> onDesksChanged(desks);
            case Command.Drain(ActorRef<Done> replyTo) -> onDrain(replyTo);
            case Message.FromWire(MergeTensors command) -> onMergeTensors(command);
            case Message.FromWire(AcknowledgeReceipts command) -> onAcknowledge(command);
            case Message.FromWire(CloseLease(LeaseId lease)) -> abandon(lease);
            case Message.TasksEnded(List<DeviceExecutor.Outcome> outcomes) ->
                onTasksEnded(outcomes);
            case Message.Heartbeat _ -> onHeartbeat();
            case Message.DrainTimeout _ -> onDrainTimeout();
          }
          return Behaviors.same();
        })
        .onSignal(PreRestart.class, _ -> onStop())
        .onSignal(PostStop.class, _ -> onStop())
        .build();
  }

  private void onDesksChanged(Set<ActorRef<WorkerEvent>> desks) {
    Set<ActorRef<WorkerEvent>> appeared = new HashSet<>(desks);
    appeared.removeAll(lives.desks);
    lives.desks = desks;
    report(appeared);
  }

  /**
   * While it drains, or is out of service, a lease that comes all the same is not held, which the
   * next report says.
   */
  private void onMergeTensors(MergeTensors command) {
    if (lives.draining || executor.isEmpty() || held.contains(command.lease())) {
      return;
    }
    if (held.isEmpty()) {
      window.begin(System.nanoTime());
    }
    held.add(command);
    ActorRef<Command> me = context.getSelf();
    executor
        .get()
        .submit(
            command.lease(),
            command.spec(),
            command.tasks(),
            command.access(),
            outcomes -> me.tell(new Message.TasksEnded(outcomes)));
  }

  private void onTasksEnded(List<DeviceExecutor.Outcome> outcomes) {
    for (DeviceExecutor.Outcome outcome : outcomes) {
      if (outcome instanceof DeviceExecutor.Outcome.LeaseOver(LeaseId lease, _)) {
        abandon(lease);
      }
    }
    Optional<String> deviceFailure = held.deviceFailure(outcomes);
    boolean wider = window.did(held.traffic(outcomes), System.nanoTime());
    Optional<Failure> bug = held.end(outcomes);
    if (deviceFailure.isPresent()) {
      lives.deviceFailed(deviceFailure.get());
      throw fault(context, id.name(), deviceFailure.get());
    }
    if (bug.isPresent()) {
      throw fault(context, id.name(), bug.get().message());
    }
    if (wider) {
      report(lives.desks);
    }
  }

  private void onAcknowledge(AcknowledgeReceipts command) {
    if (held.acknowledge(command.lease(), command.tasks())) {
      forget(command.lease());
    }
  }

  private void abandon(LeaseId lease) {
    if (held.contains(lease)) {
      forget(lease);
    }
  }

  private void forget(LeaseId lease) {
    held.remove(lease);
    executor.ifPresent(each -> each.leases().abandon(lease));
    if (!held.containsAnyOf(lease.run())) {
      executor.ifPresent(each -> each.leases().release(lease.run()));
    }
    answerIfDrained();
  }

  private void onHeartbeat() {
    long patience = Math.max(1, settings.orphanTerm().dividedBy(settings.heartbeat()));
    for (LeaseId orphan : held.heartbeat(lives.desks, patience)) {
      context
          .getLog()
          .warn(
              "run {}, lease {}: its coordinator is gone for {} s; given up",
              orphan.run(),
              orphan.number(),
              settings.orphanTerm().toSeconds());
      abandon(orphan);
    }
    report(lives.desks);
  }

  private void onDrain(ActorRef<Done> replyTo) {
    lives.waiting.add(replyTo);
    if (!lives.draining) {
      lives.draining = true;
      timers.startSingleTimer(new Message.DrainTimeout(), settings.drainTimeout());
      executor.ifPresent(
          each -> held.ids().stream().filter(each.leases()::withdraw).forEach(this::forget));
      report(lives.desks);
    }
    answerIfDrained();
  }

  private void onDrainTimeout() {
    context
        .getLog()
        .warn(
            "{}: {} leases are not finished after {} s; others will do them again: {}",
            id.name(),
            held.ids().size(),
            settings.drainTimeout().toSeconds(),
            held.ids().stream().map(LeaseId::run).distinct().toList());
    answerDrained();
  }

  private void answerIfDrained() {
    if (lives.draining && held.isEmpty()) {
      answerDrained();
    }
  }

  private void answerDrained() {
    lives.waiting.forEach(each -> each.tell(Done.getInstance()));
    lives.waiting.clear();
  }

  private void report(Set<ActorRef<WorkerEvent>> to) {
    if (to.isEmpty()) {
      return;
    }
    WorkerReported report =
        new WorkerReported(
            id,
            self,
            lives.device.orElseGet(this::unstarted),
            window.width(),
            held.ids(),
            state(),
            lives.begun - 1,
            executor.map(each -> each.leases().storage()).orElse(List.of()),
            executor.flatMap(DeviceExecutor::sample),
            lives.outOfService);
    to.forEach(desk -> desk.tell(report));
  }

  /** Only a GPU may refuse to start. */
  private Device unstarted() {
    String name = id.name().substring(id.name().lastIndexOf('/') + 1);
    return new Device(Device.CUDA, name, "never started");
  }

  private WorkerState state() {
    if (executor.isEmpty()) {
      return WorkerState.OUT;
    }
    return lives.draining ? WorkerState.DRAINING : WorkerState.WORKING;
  }

  private Behavior<Command> onStop() {
    executor.ifPresent(DeviceExecutor::close);
    return Behaviors.same();
  }
}
