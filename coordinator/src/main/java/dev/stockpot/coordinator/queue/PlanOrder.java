package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.plan.MergePlan;

public record PlanOrder(
    String id, String job, int priority, MergePlan plan, StagingArea staging, boolean replace) {}
