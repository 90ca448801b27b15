package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.job.JobUpdate;
import dev.stockpot.coordinator.job.MergeStarter.Running;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.protocol.api.LogLine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Starts merges that do nothing but what a test says. */
final class ScriptedMerges implements PlanStarter {

  private sealed interface Line {}

  private record Say(JobUpdate update) implements Line {}

  private record Crash(String reason) implements Line {}

  private record Cancel() implements Line {}

  /** A merge that was started, and waits for the test's word. */
  record Scripted(PlanOrder order, ActorRef<Line> actor, BlockingQueue<String> cancels) {

    void progress(int done, int tasks) {
      actor.tell(new Say(new JobUpdate.Progressed(done, tasks, done * 10L, tasks * 10L, 2, 1)));
    }

    void note(String message) {
      actor.tell(new Say(new JobUpdate.Noted(LogLine.Level.WARNING, message)));
    }

    void commit() {
      actor.tell(new Say(new JobUpdate.Committing()));
    }

    void finish() {
      Path output = order.plan().output().path();
      actor.tell(
          new Say(
              new JobUpdate.Finished(
                  new JobUpdate.Summary(
                      output,
                      false,
                      3,
                      2,
                      1,
                      0,
                      50,
                      40,
                      0,
                      0,
                      Duration.ofMillis(1500),
                      StageNanos.ZERO))));
    }

    void fail(String message, Optional<Path> resumable) {
      actor.tell(
          new Say(new JobUpdate.Failed(new Failure(Failure.Kind.USER_INPUT, message), resumable)));
    }

    void cancelled(Optional<Path> resumable) {
      actor.tell(new Say(new JobUpdate.Cancelled(resumable)));
    }

    void crash(String reason) {
      actor.tell(new Crash(reason));
    }

    void awaitCancel() throws InterruptedException {
      assertThat(cancels.poll(20, TimeUnit.SECONDS)).isNotNull();
    }
  }

  private final BlockingQueue<Scripted> started = new LinkedBlockingQueue<>();
  private final Queue<String> forgotten = new ConcurrentLinkedQueue<>();
  private final Queue<StagingArea> claimed = new ConcurrentLinkedQueue<>();

  /** The next merge that the queue started. */
  Scripted next() throws InterruptedException {
    Scripted merge = started.poll(20, TimeUnit.SECONDS);
    assertThat(merge).as("a merge that was started").isNotNull();
    return merge;
  }

  boolean isIdle() {
    return started.isEmpty();
  }

  /** Ids of the orders that the queue told to forget. */
  List<String> forgotten() {
    return List.copyOf(forgotten);
  }

  @Override
  public void forget(PlanOrder order) {
    forgotten.add(order.id());
  }

  /** What the end of the process does to its locks. */
  void freeOutputs() {
    claimed.forEach(StagingArea::close);
  }

  @Override
  public Running start(ActorContext<?> context, PlanOrder order, ActorRef<JobUpdate> follower) {
    BlockingQueue<String> cancels = new LinkedBlockingQueue<>();
    ActorRef<Line> actor = context.spawn(merge(follower, cancels), "merge");
    claimed.add(order.staging());
    started.add(new Scripted(order, actor, cancels));
    return new Running(actor, () -> actor.tell(new Cancel()));
  }

  private static Behavior<Line> merge(ActorRef<JobUpdate> follower, BlockingQueue<String> cancels) {
    return Behaviors.receiveMessage(line ->
        switch (line) {
          case Say(JobUpdate update) -> {
            follower.tell(update);
            yield update instanceof JobUpdate.End ? Behaviors.stopped() : Behaviors.same();
          }
          case Crash(String reason) -> throw new IllegalStateException(reason);
          case Cancel _ -> {
            cancels.add("cancel");
            yield Behaviors.same();
          }
        });
  }
}
