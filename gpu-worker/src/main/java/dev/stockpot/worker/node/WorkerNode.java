package dev.stockpot.worker.node;

import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.worker.actor.WorkerSettings;
import java.time.Duration;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

/**
 * The guardian of a worker's node: its {@link HostWorkers} report to whatever coordinator the
 * cluster has. Without any for a while it stops, and with it the actor system: the coordinator may
 * have begun another cluster, which a new system can join.
 */
public final class WorkerNode {

  /** What the guardian understands. */
  public sealed interface Command {}

  /**
   * Finish what was begun and take nothing new.
   *
   * @param replyTo hears when no device holds a lease
   */
  public record Drain(ActorRef<Done> replyTo) implements Command {}

  private record DesksListed(Set<ActorRef<WorkerEvent>> desks) implements Command {}

  private record Alone() implements Command {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Duration rejoinAfter;
  private final ActorRef<HostWorkers.Command> workers;

  private WorkerNode(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Duration rejoinAfter,
      ActorRef<HostWorkers.Command> workers) {
    this.context = context;
    this.timers = timers;
    this.rejoinAfter = rejoinAfter;
    this.workers = workers;
  }

  /**
   * A node that looks for a coordinator.
   *
   * @param name of this process among its cluster's
   * @param devices get a worker each
   * @param rejoinAfter how long it may be without a coordinator
   */
  public static Behavior<Command> create(
      String name, WorkerSettings settings, HostDevices devices, Duration rejoinAfter) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> {
          WorkerNode node =
              new WorkerNode(
                  context,
                  timers,
                  rejoinAfter,
                  context.spawn(
                      HostWorkers.create(name + "/", settings, devices, Set.of()), "workers"));
          ActorRef<Receptionist.Listing> listings =
              context.messageAdapter(
                  Receptionist.Listing.class,
                  listing -> new DesksListed(listing.getServiceInstances(WorkerEvent.DESK)));
          context
              .getSystem()
              .receptionist()
              .tell(Receptionist.subscribe(WorkerEvent.DESK, listings));
          return node.working();
        }));
  }

  private Behavior<Command> working() {
    return Behaviors.receiveMessage(command ->
        switch (command) {
          case DesksListed(Set<ActorRef<WorkerEvent>> desks) -> onDesks(desks);
          case Drain(ActorRef<Done> replyTo) -> onDrain(replyTo);
          case Alone _ -> onAlone();
        });
  }

  private Behavior<Command> onDesks(Set<ActorRef<WorkerEvent>> desks) {
    workers.tell(new HostWorkers.DesksChanged(desks));
    if (desks.isEmpty()) {
      timers.startSingleTimer(new Alone(), rejoinAfter);
    } else {
      timers.cancel(new Alone());
      context
          .getLog()
          .info(
              "A coordinator is there: {}",
              desks.iterator().next().path().address().hostPort().replaceFirst("^[^@]*@", ""));
    }
    return Behaviors.same();
  }

  private Behavior<Command> onAlone() {
    context.getLog().warn("No coordinator for {} s", rejoinAfter.toSeconds());
    return Behaviors.stopped();
  }

  private Behavior<Command> onDrain(ActorRef<Done> replyTo) {
    workers.tell(new HostWorkers.Drain(replyTo));
    return Behaviors.same();
  }
}
