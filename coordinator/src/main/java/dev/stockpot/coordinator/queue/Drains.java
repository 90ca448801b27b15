package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.queue.Answer.Ok;
import dev.stockpot.coordinator.queue.Answer.Reason;
import dev.stockpot.coordinator.queue.Answer.Refused;
import dev.stockpot.coordinator.queue.JobRequest.Drain;
import dev.stockpot.coordinator.queue.JobRequest.Resume;
import dev.stockpot.coordinator.queue.state.QueueEvent;
import dev.stockpot.coordinator.queue.state.QueueState;
import dev.stockpot.protocol.api.WorkerDrain;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;

/** Keeps workers from taking work, by their names. Confined to the queue's actor. */
final class Drains {

  private final Consumer<Set<String>> desk;
  private final InstantSource clock;

  /**
   * None are told yet.
   *
   * @param desk is told all of them whenever one more, or one less, is drained
   */
  Drains(Consumer<Set<String>> desk, InstantSource clock) {
    this.desk = desk;
    this.clock = clock;
  }

  void tell(QueueState state) {
    desk.accept(state.drained());
  }

  /** What is to be recorded; nothing if the worker is drained already. */
  List<QueueEvent> on(QueueState state, Drain drain) {
    return state.drained().contains(drain.worker())
        ? List.of()
        : List.of(new QueueEvent.WorkerDrained(drain.worker(), clock.instant()));
  }

  /** What is to be recorded; nothing if the worker is not drained. */
  List<QueueEvent> on(QueueState state, Resume resume) {
    return state.drained().contains(resume.worker())
        ? List.of(new QueueEvent.WorkerResumed(resume.worker(), clock.instant()))
        : List.of();
  }

  /** Once that is recorded. */
  void done(QueueState state, String worker, ActorRef<Answer<WorkerDrain>> replyTo) {
    tell(state);
    replyTo.tell(new Ok<>(new WorkerDrain(worker, state.drained().contains(worker))));
  }

  static Answer<WorkerDrain> notDrained(QueueState state, String worker) {
    Set<String> drained = new TreeSet<>(state.drained());
    return new Refused<>(
        Reason.NOT_FOUND,
        "no worker '%s' is drained; %s"
            .formatted(
                worker, drained.isEmpty() ? "none is" : "these are: " + String.join(", ", drained)),
        List.of());
  }
}
