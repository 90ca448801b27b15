package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.merge.JournaledMerge;
import dev.stockpot.coordinator.order.JobOrder;
import dev.stockpot.coordinator.order.JobStarter;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.order.SearchOrder;
import dev.stockpot.coordinator.search.JournaledSearch;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.coordinator.tenure.Tenure;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;

/**
 * The kinds of jobs, and what they need of this process.
 *
 * @param tenure under which outputs are put into their places
 * @param access opened and closed with each run of a merge
 * @param permission which evaluators may run on this node
 * @param forget deletes the events of a persistence id, where they do not go with the output's
 *     staging area
 */
public record Jobs(
    CoordinatorSettings settings,
    ActorRef<LeaseDesk.Command> desk,
    Tenure tenure,
    DataAccess access,
    EvaluatorPermission permission,
    Consumer<String> forget)
    implements JobStarter {

  /** Jobs of a process that runs its user's own plans and shares nothing with others. */
  public static Jobs embedded(CoordinatorSettings settings, ActorRef<LeaseDesk.Command> desk) {
    return new Jobs(
        settings, desk, Tenure.unshared(), DataAccess.none(), EvaluatorPermission.any(), _ -> {});
  }

  @Override
  public Behavior<CancelJob> job(JobOrder order, Consumer<JobUpdate> follower) {
    return Job.create(
        order,
        told ->
            switch (order) {
              case MergeOrder merge ->
                  JournaledMerge.of(
                      merge,
                      settings.journal(),
                      settings.filePatience(),
                      desk,
                      tenure,
                      access,
                      told);
              case SearchOrder search ->
                  JournaledSearch.of(
                      search,
                      settings.journal(),
                      settings.filePatience(),
                      this,
                      permission,
                      tenure,
                      told);
            },
        follower);
  }

  @Override
  public void forget(JobOrder order) {
    if (!settings.journal().besideOutput()) {
      forget.accept(settings.journal().persistenceId(order).id());
    }
  }
}
