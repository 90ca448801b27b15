package dev.stockpot.coordinator;

import dev.stockpot.protocol.WorkerEvent;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Takes a worker's reports to the coordinator. */
final class Forward {

  private Forward() {}

  static Behavior<WorkerEvent> to(ActorRef<Coordinator.Command> coordinator) {
    return Behaviors.receiveMessage(event -> {
      coordinator.tell(new Coordinator.FromWorker(event));
      return Behaviors.same();
    });
  }
}
