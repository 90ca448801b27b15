package dev.stockpot.coordinator;

import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.protocol.WorkerEvent;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Takes a worker's reports to the desk. */
final class Forward {

  private Forward() {}

  static Behavior<WorkerEvent> to(ActorRef<LeaseDesk.Command> desk) {
    return Behaviors.receiveMessage(event -> {
      desk.tell(new LeaseDesk.FromWorker(event));
      return Behaviors.same();
    });
  }
}
