package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.plan.Plan;

/**
 * A plan of a job, to be carried out.
 *
 * @param id names it among all others, to people and in a journal that holds many
 * @param priority higher goes first
 * @param staging claimed by the caller, who closes it when the work has ended
 * @param replace whether an output that exists is replaced
 */
public record PlanOrder(String id, int priority, Plan plan, StagingArea staging, boolean replace) {}
