package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.order.JobOrder;
import dev.stockpot.coordinator.order.JobStarter.CancelJob;
import dev.stockpot.coordinator.order.JobStarter.JournaledJob;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.StepFailure;
import dev.stockpot.metrics.Metered;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One job from its order to its end: the parent of the {@link JournaledJob} of its kind, whose
 * journal may fail it. All that is heard of a job comes from this actor: from two, its end could be
 * heard before what it said.
 */
final class Job {

  private Job() {}

  /**
   * A job of any kind.
   *
   * @param kind makes the job, which tells all that happens to the actor that it is given
   * @param follower hears of it
   */
  static Behavior<CancelJob> create(
      JobOrder order,
      Function<ActorRef<JobUpdate>, JournaledJob<?>> kind,
      Consumer<JobUpdate> follower) {
    return Metered.behavior(
            Behaviors.<Object>setup(context ->
                running(context, order, kind.apply(context.getSelf().narrow()), follower)))
        .narrow();
  }

  private static <M> Behavior<Object> running(
      ActorContext<Object> context,
      JobOrder order,
      JournaledJob<M> journaled,
      Consumer<JobUpdate> follower) {
    ActorRef<M> job = context.spawn(journaled.behavior(), order.kind());
    context.watch(job);
    return Behaviors.receive(Object.class)
        .onMessage(
            JobUpdate.class,
            update -> {
              follower.accept(update);
              return Behaviors.same();
            })
        .onMessage(
            CancelJob.class,
            _ -> {
              job.tell(journaled.cancel());
              return Behaviors.same();
            })
        .onSignal(
            ChildFailed.class,
            failed -> {
              follower.accept(
                  new JobUpdate.Failed(
                      StepFailure.ofJournal(failed.getCause()),
                      Optional.of(order.staging().root())));
              return Behaviors.stopped();
            })
        .onSignal(Terminated.class, _ -> Behaviors.stopped())
        .build();
  }
}
