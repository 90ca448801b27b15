package dev.stockpot.coordinator;

import dev.stockpot.coordinator.job.JobUpdate;
import dev.stockpot.coordinator.job.MergeJob;
import dev.stockpot.coordinator.job.MergeOrder;
import dev.stockpot.merge.Failure;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * Takes merges, runs them one after another, each as a {@link MergeJob}, and tells the running job
 * of every worker that reports.
 */
public final class Coordinator {

  /** What a coordinator understands. */
  public sealed interface Command {}

  /**
   * Run this merge.
   *
   * @param follower hears of all that happens; the last update is Finished or Failed
   */
  public record Merge(MergeOrder order, ActorRef<JobUpdate> follower) implements Command {}

  /** A worker's word. */
  public record FromWorker(WorkerEvent event) implements Command {}

  private record Running(Merge merge, ActorRef<MergeJob.Message> job) {}

  private final ActorContext<Command> context;
  private final CoordinatorSettings settings;
  private final Queue<Merge> waiting = new ArrayDeque<>();
  private final Map<String, WorkerReported> workers = new HashMap<>();
  private @Nullable Running running;
  private int jobs;

  private Coordinator(ActorContext<Command> context, CoordinatorSettings settings) {
    this.context = context;
    this.settings = settings;
  }

  /** A coordinator without jobs or workers. */
  public static Behavior<Command> create(CoordinatorSettings settings) {
    return Behaviors.setup(context -> new Coordinator(context, settings).coordinating());
  }

  private Behavior<Command> coordinating() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(command ->
            switch (command) {
              case Merge merge -> onMerge(merge);
              case FromWorker(WorkerEvent event) -> onWorker(event);
            })
        .onSignal(Terminated.class, this::onJobEnded)
        .build();
  }

  private Behavior<Command> onMerge(Merge merge) {
    waiting.add(merge);
    startNext();
    return Behaviors.same();
  }

  private void startNext() {
    if (running != null || waiting.isEmpty()) {
      return;
    }
    Merge merge = waiting.remove();
    ActorRef<MergeJob.Message> job =
        context.spawn(
            MergeJob.create(merge.order(), settings, merge.follower()), "merge-" + ++jobs);
    context.watch(job);
    running = new Running(merge, job);
    workers.values().forEach(report -> job.tell(new MergeJob.FromWorker(report)));
  }

  private Behavior<Command> onWorker(WorkerEvent event) {
    if (event instanceof WorkerReported report) {
      workers.put(report.worker().name(), report);
    }
    if (running != null) {
      running.job().tell(new MergeJob.FromWorker(event));
    } else if (event instanceof WorkerReported report) {
      // Of a job that ended without closing them.
      report.held().forEach(lease -> report.ref().tell(new CloseLease(lease)));
    }
    return Behaviors.same();
  }

  /**
   * The running job is all that is watched; it says itself how it ended unless it failed as an
   * actor.
   */
  private Behavior<Command> onJobEnded(Terminated ended) {
    if (running != null) {
      if (ended instanceof ChildFailed failed) {
        running
            .merge()
            .follower()
            .tell(
                new JobUpdate.Failed(
                    journalFailure(failed.getCause()),
                    Optional.of(running.merge().order().staging().root())));
      }
      running = null;
      startNext();
    }
    return Behaviors.same();
  }

  private static Failure journalFailure(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String reason = String.valueOf(root.getMessage());
    return new Failure(
        reason.contains("No space left") ? Failure.Kind.OUT_OF_DISK : Failure.Kind.ENVIRONMENT,
        "the job's journal cannot be used: " + reason);
  }
}
