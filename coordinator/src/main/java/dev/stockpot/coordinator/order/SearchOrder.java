package dev.stockpot.coordinator.order;

import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.plan.SearchPlan;

/** A search to be done. */
public record SearchOrder(
    String id, int priority, SearchPlan plan, StagingArea staging, boolean replace)
    implements JobOrder {

  @Override
  public String kind() {
    return "search";
  }
}
