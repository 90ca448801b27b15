package dev.stockpot.worker.node;

import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.worker.actor.DeviceWorker;
import dev.stockpot.worker.actor.WorkerSettings;
import dev.stockpot.worker.execution.DeviceExecutor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The workers of one host: a {@link DeviceWorker} for each device, and when the last of them is out
 * of service, the spare ones in their place.
 */
public final class HostWorkers {

  /** What is said to all workers. */
  public sealed interface Command {}

  /** From now on report to these, and to no others. */
  public record DesksChanged(Set<ActorRef<WorkerEvent>> desks) implements Command {
    public DesksChanged {
      desks = Set.copyOf(desks);
    }
  }

  /**
   * Finish what was begun and take nothing new.
   *
   * @param replyTo hears when no device holds a lease
   */
  public record Drain(ActorRef<Done> replyTo) implements Command {}

  private record DeviceDrained() implements Command {}

  private record DeviceOut(DeviceWorker.OutOfService device) implements Command {}

  private final ActorContext<Command> context;
  private final String host;
  private final WorkerSettings settings;
  private final HostDevices devices;
  private final List<ActorRef<DeviceWorker.Command>> workers = new ArrayList<>();
  private final Set<String> out = new HashSet<>();
  private final List<ActorRef<Done>> awaitDrained = new ArrayList<>();
  private Set<ActorRef<WorkerEvent>> desks;
  private int busy;

  private HostWorkers(
      ActorContext<Command> context,
      String host,
      WorkerSettings settings,
      HostDevices devices,
      Set<ActorRef<WorkerEvent>> desks) {
    this.context = context;
    this.host = host;
    this.settings = settings;
    this.devices = devices;
    this.desks = Set.copyOf(desks);
  }

  /**
   * Workers that begin at once.
   *
   * @param host what their names begin with, the devices' following; may be empty
   * @param desks that they report to until they are told of others
   */
  public static Behavior<Command> create(
      String host, WorkerSettings settings, HostDevices devices, Set<ActorRef<WorkerEvent>> desks) {
    return Behaviors.setup(context -> {
      HostWorkers workers = new HostWorkers(context, host, settings, devices, desks);
      workers.start(devices.serving());
      return workers.working();
    });
  }

  /** To start an executor, and to end one, blocks: not where other actors run. */
  private void start(Map<String, Supplier<DeviceExecutor>> started) {
    ActorRef<Command> me = context.getSelf();
    started.forEach((device, executors) ->
        workers.add(
            context.spawn(
                DeviceWorker.create(
                    host + device,
                    settings,
                    executors,
                    desks,
                    outOfService -> me.tell(new DeviceOut(outOfService))),
                "worker-" + device,
                DispatcherSelector.blocking())));
  }

  private Behavior<Command> working() {
    return Behaviors.receiveMessage(command -> {
      switch (command) {
        case DesksChanged(Set<ActorRef<WorkerEvent>> changed) -> onDesks(changed);
        case Drain(ActorRef<Done> replyTo) -> onDrain(replyTo);
        case DeviceDrained _ -> onDeviceDrained();
        case DeviceOut(DeviceWorker.OutOfService device) -> onOut(device);
      }
      return Behaviors.same();
    });
  }

  private void onDesks(Set<ActorRef<WorkerEvent>> changed) {
    desks = changed;
    workers.forEach(worker -> worker.tell(new DeviceWorker.Command.DesksChanged(changed)));
  }

  private void onDrain(ActorRef<Done> replyTo) {
    awaitDrained.add(replyTo);
    if (awaitDrained.size() == 1) {
      busy = workers.size();
      ActorRef<Done> drained = context.messageAdapter(Done.class, _ -> new DeviceDrained());
      workers.forEach(worker -> worker.tell(new DeviceWorker.Command.Drain(drained)));
    } else if (busy == 0) {
      replyTo.tell(Done.getInstance());
    }
  }

  private void onDeviceDrained() {
    busy--;
    if (busy == 0) {
      awaitDrained.forEach(waiting -> waiting.tell(Done.getInstance()));
    }
  }

  private void onOut(DeviceWorker.OutOfService device) {
    boolean last = out.add(device.worker()) && out.size() == devices.serving().size();
    if (last && awaitDrained.isEmpty() && !devices.spare().isEmpty()) {
      context.getLog().warn("No GPU serves any more: merging on the CPU");
      start(devices.spare());
    }
  }
}
