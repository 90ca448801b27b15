package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.job.JobUpdate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** Starts the actor that does one plan of a job. */
public interface MergeStarter {

  /**
   * A merge that runs.
   *
   * @param actor stops when it has told its end, and nothing of its work goes on after that
   * @param cancel asks it to end early
   */
  record Running(ActorRef<?> actor, Runnable cancel) {}

  /**
   * Starts it as a child of the context's actor.
   *
   * @param follower hears of all that happens
   */
  Running start(ActorContext<?> context, PlanOrder order, ActorRef<JobUpdate> follower);
}
