package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.plan.SearchPlan;

/**
 * A search to be done.
 *
 * @param id names the search among all others, to people and in a journal that holds many
 * @param priority of its merges; higher goes first
 * @param staging claimed by the caller, who closes it when the search has ended
 * @param replace whether an output that exists is replaced
 */
public record SearchOrder(
    String id, int priority, SearchPlan plan, StagingArea staging, boolean replace) {}
