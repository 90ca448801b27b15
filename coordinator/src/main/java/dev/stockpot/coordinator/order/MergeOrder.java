package dev.stockpot.coordinator.order;

import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Soup;
import java.util.List;
import java.util.OptionalInt;

/**
 * A merge to be done: one soup in the plan's output, or several below it.
 *
 * @param plan names the models and the output; how the models are weighed, {@code soups} say
 * @param soups as {@link MergePlanner#plan(MergePlan, List)} takes them
 * @param series as {@link MergePlanner#plan(MergePlan, List, OptionalInt)} takes it
 */
public record MergeOrder(
    String id,
    int priority,
    MergePlan plan,
    List<Soup> soups,
    StagingArea staging,
    boolean replace,
    OptionalInt series)
    implements JobOrder {

  public MergeOrder {
    soups = List.copyOf(soups);
  }

  /** A merge that no other runs beside. */
  public static MergeOrder alone(
      MergePlan plan, List<Soup> soups, StagingArea staging, boolean replace) {
    return new MergeOrder(ALONE, 0, plan, soups, staging, replace, OptionalInt.empty());
  }

  @Override
  public String kind() {
    return "merge";
  }
}
