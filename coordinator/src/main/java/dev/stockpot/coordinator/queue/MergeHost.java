package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.job.JobUpdate;
import dev.stockpot.coordinator.job.MergeStarter;
import dev.stockpot.coordinator.queue.QueueMessage.FromMerge;
import dev.stockpot.coordinator.queue.QueueMessage.MergeStopped;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The parent of one merge: tells the queue all that the merge says, and after that, how its actor
 * ended. From two actors the queue could hear it in the wrong order.
 */
final class MergeHost {

  /** What a host understands. */
  sealed interface Message {}

  /** The merge is to end early. */
  record Cancel() implements Message {}

  private record Update(JobUpdate update) implements Message {}

  private MergeHost() {}

  static Behavior<Message> create(
      long run, PlanStarter starter, PlanOrder order, ActorRef<QueueMessage> queue) {
    return Behaviors.setup(context -> {
      MergeStarter.Running merge =
          starter.start(context, order, context.messageAdapter(JobUpdate.class, Update::new));
      context.watch(merge.actor());
      return hosting(run, merge, queue);
    });
  }

  private static Behavior<Message> hosting(
      long run, MergeStarter.Running merge, ActorRef<QueueMessage> queue) {
    return Behaviors.receive(Message.class)
        .onMessage(
            Update.class,
            update -> {
              queue.tell(new FromMerge(run, update.update()));
              return Behaviors.same();
            })
        .onMessage(
            Cancel.class,
            _ -> {
              merge.cancel().run();
              return Behaviors.same();
            })
        .onSignal(ChildFailed.class, failed -> stopped(run, queue, Optional.of(failed.getCause())))
        .onSignal(Terminated.class, _ -> stopped(run, queue, Optional.empty()))
        .build();
  }

  private static Behavior<Message> stopped(
      long run, ActorRef<QueueMessage> queue, Optional<Throwable> crash) {
    queue.tell(new MergeStopped(run, crash));
    return Behaviors.stopped();
  }
}
