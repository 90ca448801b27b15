package dev.stockpot.coordinator.order;

import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Plan;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.plan.Soup;
import java.util.List;
import java.util.OptionalInt;

/** A plan to be carried out. */
public sealed interface JobOrder permits MergeOrder, SearchOrder {

  /** The id of an order beside which no other is carried out. */
  String ALONE = "alone";

  /** Names it among all others, to people and in a journal that holds many. */
  String id();

  /** Of what it merges; higher goes first. */
  int priority();

  Plan plan();

  /** Claimed by the caller, who closes it when the work has ended. */
  StagingArea staging();

  /** Whether an output that exists is replaced. */
  boolean replace();

  /** Names the file of its journal, and is the prefix of ids in a journal that holds many. */
  String kind();

  /** An order of the kind that the plan asks for. */
  static JobOrder of(String id, int priority, Plan plan, StagingArea staging, boolean replace) {
    return switch (plan) {
      case MergePlan merge ->
          new MergeOrder(
              id, priority, merge, List.of(Soup.of(merge)), staging, replace, OptionalInt.empty());
      case SearchPlan search -> new SearchOrder(id, priority, search, staging, replace);
    };
  }
}
