package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.plan.MergePlan;

/**
 * A merge to be done.
 *
 * @param id names the merge among all others, to people and in a journal that holds many
 * @param priority higher goes first
 * @param staging claimed by the caller, who closes it when the merge has ended
 * @param replace whether an output that exists is replaced
 */
public record MergeOrder(
    String id, int priority, MergePlan plan, StagingArea staging, boolean replace) {

  /** A merge that no other runs beside. */
  public static MergeOrder alone(MergePlan plan, StagingArea staging, boolean replace) {
    return new MergeOrder("alone", 0, plan, staging, replace);
  }
}
