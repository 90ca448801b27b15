package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.history.Historian;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.coordinator.storage.JobFiles;
import dev.stockpot.protocol.api.WorkerView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** What this process does at the moment, and with that what its API answers. */
public sealed interface Duty {

  /**
   * Waits for its turn: only {@code /v1/health} is answered.
   *
   * @param active base address of the coordinator that is active, where it is known
   */
  record Standby(Optional<String> active) implements Duty {}

  /**
   * Coordinates.
   *
   * @param workers asks for them anew
   * @param historian shows what happens
   */
  record Active(
      ActorRef<JobRequest> queue,
      Supplier<CompletionStage<List<WorkerView>>> workers,
      JobFiles files,
      ActorRef<Historian.Command> historian)
      implements Duty {}
}
