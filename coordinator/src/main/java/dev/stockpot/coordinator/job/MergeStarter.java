package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.CoordinatorSettings;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.coordinator.tenure.Tenure;
import java.util.function.Consumer;
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
  Running start(ActorContext<?> context, MergeOrder order, ActorRef<JobUpdate> follower);

  /**
   * A merge has ended of which no other run will want to know: what its journal holds may go.
   * Blocks.
   */
  void forget(MergeOrder order);

  /**
   * Starts {@link MergeJob}s.
   *
   * @param forget deletes the events of a persistence id, where they do not go with the output's
   *     staging area
   */
  static MergeStarter of(
      CoordinatorSettings settings,
      ActorRef<LeaseDesk.Command> desk,
      Tenure tenure,
      DataAccess access,
      Consumer<String> forget) {
    return new MergeStarter() {
      @Override
      public Running start(
          ActorContext<?> context, MergeOrder order, ActorRef<JobUpdate> follower) {
        ActorRef<MergeJob.Command> merge =
            context.spawnAnonymous(
                MergeJob.create(order, settings, desk, tenure, access, follower));
        return new Running(merge, () -> merge.tell(new MergeJob.Cancel(false)));
      }

      @Override
      public void forget(MergeOrder order) {
        if (!settings.journal().besideOutput()) {
          forget.accept(settings.journal().persistenceId(order).id());
        }
      }
    };
  }
}
