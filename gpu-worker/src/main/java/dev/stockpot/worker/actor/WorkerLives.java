package dev.stockpot.worker.actor;

import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.WorkerEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;

/** What of a worker outlasts a restart by its supervisor. Belongs to the worker's actor. */
final class WorkerLives {

  /** After so many failures of its device the worker is out of service. */
  static final int MAX_DEVICE_FAILURES = 3;

  /** Lives so far, this one included. */
  int begun;

  /** Whom it reports to. */
  Set<ActorRef<WorkerEvent>> desks;

  /** Whether it takes nothing new any more, and who waits for what it still holds. */
  boolean draining;

  final List<ActorRef<Done>> waiting = new ArrayList<>();

  /** What the last executor merged with; empty until one has started. */
  Optional<Device> device = Optional.empty();

  /** Why the device serves no more. */
  Optional<String> outOfService = Optional.empty();

  private int deviceFailures;

  WorkerLives(Set<ActorRef<WorkerEvent>> desks) {
    this.desks = Set.copyOf(desks);
  }

  /** The device failed once more. */
  void deviceFailed(String reason) {
    deviceFailures++;
    if (deviceFailures >= MAX_DEVICE_FAILURES) {
      outOfService =
          Optional.of("failed %d times, the last time: %s".formatted(deviceFailures, reason));
    }
  }
}
