package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.queue.state.QueueEvent;
import dev.stockpot.coordinator.queue.state.QueueEvent.CancelRequested;
import dev.stockpot.coordinator.queue.state.QueueEvent.Deleted;
import dev.stockpot.coordinator.queue.state.QueueEvent.Ended;
import dev.stockpot.coordinator.queue.state.QueueEvent.Noted;
import dev.stockpot.coordinator.queue.state.QueueEvent.PlanFinished;
import dev.stockpot.coordinator.queue.state.QueueEvent.Retried;
import dev.stockpot.coordinator.queue.state.QueueEvent.Started;
import dev.stockpot.coordinator.queue.state.QueueEvent.Submitted;
import dev.stockpot.coordinator.queue.state.QueueEvent.WorkerDrained;
import dev.stockpot.coordinator.queue.state.QueueEvent.WorkerResumed;
import dev.stockpot.coordinator.queue.state.QueueState;
import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView.JobFailure;
import dev.stockpot.protocol.api.LogLine.Level;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Events of a queue's life, of every kind. */
final class QueueEvents {

  static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456789Z");

  private QueueEvents() {}

  /** A job with these outputs, whose real places are the same. */
  static Submitted submitted(String id, int priority, String... outputs) {
    return new Submitted(
        id,
        NOON,
        "a plan: \"quoted\"\n",
        "/models",
        "plan.yaml",
        priority,
        false,
        List.of(outputs),
        List.of(outputs));
  }

  static Started started(String id) {
    return new Started(id, NOON.plusSeconds(1));
  }

  static Ended ended(String id, JobStatus status) {
    return new Ended(
        id, NOON.plusSeconds(9), status, JobProgress.NONE, Optional.empty(), Optional.empty());
  }

  /** What {@code queue-0.1.0.journal} holds. */
  static List<QueueEvent> recorded() {
    return List.of(
        submitted("first", 0, "/out/1", "/out/2"),
        new Submitted(
            "second",
            NOON,
            "other",
            "/models",
            "-",
            -3,
            true,
            List.of("/out/a"),
            List.of("/out/b")),
        started("first"),
        new Noted("first", NOON.plusSeconds(2), Level.WARNING, "a worker was lost"),
        new PlanFinished("first", NOON.plusSeconds(3), 0, "/out/1: in its place"),
        new Ended(
            "first",
            NOON.plusSeconds(4),
            JobStatus.FAILED,
            new JobProgress(3, 10, 1, 2, 30, 100, 4),
            Optional.of(new JobFailure("OUT_OF_DISK", "no room", true)),
            Optional.of("/out/.2.stockpot")),
        new Retried("first", NOON.plusSeconds(5)),
        started("second"),
        new CancelRequested("second", NOON.plusSeconds(6)),
        ended("second", JobStatus.CANCELLED),
        started("first"),
        submitted("third", 5, "/out/3"));
  }

  /** Events of kinds that came later. */
  static List<QueueEvent> later() {
    return List.of(
        new Deleted("second", NOON.plusSeconds(10)),
        new WorkerDrained("alpha/cpu", NOON),
        new WorkerDrained("alpha/gpu-0", NOON),
        new WorkerResumed("alpha/cpu", NOON.plusSeconds(1)));
  }

  static QueueState state(List<QueueEvent> events) {
    QueueState state = new QueueState();
    events.forEach(state::apply);
    return state;
  }
}
