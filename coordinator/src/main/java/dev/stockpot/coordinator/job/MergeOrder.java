package dev.stockpot.coordinator.job;

import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.plan.MergePlan;

/**
 * A merge to be done.
 *
 * @param staging claimed by the caller, who closes it when the job has ended
 * @param replace whether an output that exists is replaced
 */
public record MergeOrder(MergePlan plan, StagingArea staging, boolean replace) {}
