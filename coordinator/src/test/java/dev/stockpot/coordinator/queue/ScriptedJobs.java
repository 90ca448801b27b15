package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.order.JobOrder;
import dev.stockpot.coordinator.order.JobStarter;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.MergeProgressed;
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
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Jobs that do nothing but what a test says. */
final class ScriptedJobs implements JobStarter {

  private record Crash(String reason) {}

  /** A job that was started, and waits for the test's word. */
  record Scripted(JobOrder order, ActorRef<Object> actor, BlockingQueue<String> cancels) {

    void progress(int done, int tasks) {
      actor.tell(new MergeProgressed(done, tasks, done * 10L, tasks * 10L, 2, 1));
    }

    void note(String message) {
      actor.tell(new JobUpdate.Noted(LogLine.Level.WARNING, message));
    }

    void commit() {
      actor.tell(new JobUpdate.Committing());
    }

    void finish() {
      Path output = order.plan().output().path();
      actor.tell(
          new JobUpdate.Finished(
              new MergeSummary(
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
                  StageNanos.ZERO)));
    }

    void fail(String message, Optional<Path> resumable) {
      actor.tell(new JobUpdate.Failed(new Failure(Failure.Kind.USER_INPUT, message), resumable));
    }

    void cancelled(Optional<Path> resumable) {
      actor.tell(new JobUpdate.Cancelled(resumable));
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
  public void forget(JobOrder order) {
    forgotten.add(order.id());
  }

  /** What the end of the process does to its locks. */
  void freeOutputs() {
    claimed.forEach(StagingArea::close);
  }

  @Override
  public Behavior<CancelJob> job(JobOrder order, Consumer<JobUpdate> follower) {
    BlockingQueue<String> cancels = new LinkedBlockingQueue<>();
    return Behaviors.setup(
            context -> {
              claimed.add(order.staging());
              started.add(new Scripted(order, context.getSelf(), cancels));
              return scripted(follower, cancels);
            })
        .narrow();
  }

  private static Behavior<Object> scripted(
      Consumer<JobUpdate> follower, BlockingQueue<String> cancels) {
    return Behaviors.receive(Object.class)
        .onMessage(
            JobUpdate.class,
            update -> {
              follower.accept(update);
              return update instanceof JobUpdate.End ? Behaviors.stopped() : Behaviors.same();
            })
        .onMessage(
            Crash.class,
            crash -> {
              throw new IllegalStateException(crash.reason());
            })
        .onMessage(
            CancelJob.class,
            _ -> {
              cancels.add("cancel");
              return Behaviors.same();
            })
        .build();
  }
}
