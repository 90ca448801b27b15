package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.plan.MergePlan;
import dev.stockpot.merge.plan.Soup;
import dev.stockpot.merge.planner.MergePlanner;
import java.util.List;
import java.util.OptionalInt;

/**
 * A merge to be done: one soup in the plan's output, or several below it.
 *
 * @param id names the merge among all others, to people and in a journal that holds many
 * @param priority higher goes first
 * @param plan names the models and the output; how the models are weighed, {@code soups} say
 * @param soups as {@link MergePlanner#plan(MergePlan, List)} takes them
 * @param staging claimed by the caller, who closes it when the merge has ended
 * @param replace whether an output that exists is replaced
 * @param series as {@link MergePlanner#plan(MergePlan, List, OptionalInt)} takes it
 */
public record MergeOrder(
    String id,
    int priority,
    MergePlan plan,
    List<Soup> soups,
    StagingArea staging,
    boolean replace,
    OptionalInt series) {

  public MergeOrder {
    soups = List.copyOf(soups);
  }

  /** A merge that no other runs beside. */
  public static MergeOrder alone(
      MergePlan plan, List<Soup> soups, StagingArea staging, boolean replace) {
    return new MergeOrder("alone", 0, plan, soups, staging, replace, OptionalInt.empty());
  }
}
