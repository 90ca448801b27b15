package dev.stockpot.coordinator.order;

import java.util.function.Consumer;
import org.apache.pekko.actor.typed.Behavior;

/** Makes the actors that carry out orders, whatever their kind. */
public interface JobStarter {

  /**
   * All that a job understands: end early. What blocks just now comes to its end first; an output
   * that is being put into its place is finished instead.
   */
  record CancelJob() {}

  /**
   * The phases of one job and their journal, as the actor of its kind. It stops after it has told
   * its end.
   *
   * @param cancel asks it to end early
   */
  record JournaledJob<M>(Behavior<M> behavior, M cancel) {}

  /**
   * A job that begins, or goes on, at once. It stops after it has told its end, and nothing of its
   * work goes on after that.
   *
   * @param follower hears of all that happens, on the job's thread; the last is a {@link
   *     JobUpdate.End}
   */
  Behavior<CancelJob> job(JobOrder order, Consumer<JobUpdate> follower);

  /**
   * A job has ended of which no other run will want to know: what its journal holds may go. Blocks.
   */
  void forget(JobOrder order);
}
