package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.CoordinatorSettings;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.job.JobUpdate;
import dev.stockpot.coordinator.job.MergeStarter;
import dev.stockpot.coordinator.tenure.Tenure;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * Starts {@link SearchJob}s that tell of themselves as jobs do.
 *
 * @param settings with the journal in which searches record evaluations
 * @param merges starts the merges of candidates
 * @param permission which evaluators may run on this node
 * @param tenure under which outputs are put into their places
 * @param forget deletes the events of a persistence id, where they do not go with the output's
 *     staging area
 */
public record SearchStarter(
    CoordinatorSettings settings,
    MergeStarter merges,
    EvaluatorPermission permission,
    Tenure tenure,
    Consumer<String> forget) {

  /** As {@link MergeStarter#start}. */
  public MergeStarter.Running start(
      ActorContext<?> context, SearchOrder order, ActorRef<JobUpdate> follower) {
    ActorRef<SearchHost.Message> host =
        context.spawn(
            SearchHost.create(
                updates -> SearchJob.create(order, settings, merges, permission, tenure, updates),
                follower),
            "search");
    return new MergeStarter.Running(host, () -> host.tell(new SearchHost.Cancel()));
  }

  /** As {@link MergeStarter#forget}. */
  public void forget(SearchOrder order) {
    if (!settings.journal().besideOutput()) {
      forget.accept(JournaledSearch.persistenceId(settings.journal(), order).id());
    }
  }
}
