package dev.stockpot.worker;

import dev.stockpot.protocol.WorkerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;

/** What of a worker outlasts a restart by its supervisor. Belongs to the worker's actor. */
final class WorkerLives {

  /** Lives so far, this one included. */
  int begun;

  /** Whom it reports to. */
  Set<ActorRef<WorkerEvent>> desks;

  /** Whether it takes nothing new any more, and who waits for what it still holds. */
  boolean draining;

  final List<ActorRef<Done>> waiting = new ArrayList<>();

  WorkerLives(Set<ActorRef<WorkerEvent>> desks) {
    this.desks = Set.copyOf(desks);
  }
}
