package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.job.JobUpdate;
import dev.stockpot.coordinator.job.MergeOrder;
import dev.stockpot.coordinator.job.MergeStarter;
import dev.stockpot.coordinator.job.MergeStarter.Running;
import dev.stockpot.coordinator.search.SearchOrder;
import dev.stockpot.coordinator.search.SearchStarter;
import dev.stockpot.merge.plan.MergePlan;
import dev.stockpot.merge.plan.SearchPlan;
import dev.stockpot.merge.plan.Soup;
import java.util.List;
import java.util.OptionalInt;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** Starts the actor that carries out one plan of a job, whatever the plan asks for. */
public interface PlanStarter {

  /**
   * Starts it as a child of the context's actor.
   *
   * @param follower hears of all that happens
   */
  Running start(ActorContext<?> context, PlanOrder order, ActorRef<JobUpdate> follower);

  /**
   * The work has ended and no other run will want to know of it: what its journal holds may go.
   * Blocks.
   */
  void forget(PlanOrder order);

  /** Starts merges and searches. */
  static PlanStarter of(MergeStarter merges, SearchStarter searches) {
    return new PlanStarter() {
      @Override
      public Running start(ActorContext<?> context, PlanOrder order, ActorRef<JobUpdate> follower) {
        return switch (order.plan()) {
          case MergePlan merge -> merges.start(context, merge(order, merge), follower);
          case SearchPlan search -> searches.start(context, search(order, search), follower);
        };
      }

      @Override
      public void forget(PlanOrder order) {
        switch (order.plan()) {
          case MergePlan merge -> merges.forget(merge(order, merge));
          case SearchPlan search -> searches.forget(search(order, search));
        }
      }
    };
  }

  private static MergeOrder merge(PlanOrder order, MergePlan plan) {
    return new MergeOrder(
        order.id(),
        order.priority(),
        plan,
        List.of(Soup.of(plan)),
        order.staging(),
        order.replace(),
        OptionalInt.empty());
  }

  private static SearchOrder search(PlanOrder order, SearchPlan plan) {
    return new SearchOrder(order.id(), order.priority(), plan, order.staging(), order.replace());
  }
}
