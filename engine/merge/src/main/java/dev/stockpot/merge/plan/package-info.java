/**
 * The merge plan: YAML in, records out, every mistake with its line, column and cure.
 *
 * <p>{@link dev.stockpot.merge.plan.PlanReader} is the way in. Text becomes a tree of marked nodes,
 * the nodes are bound by hand to a draft, the draft's paths are compared with the file system, and
 * only a file without mistakes becomes {@link dev.stockpot.merge.plan.MergePlan}s.
 */
@NullMarked
package dev.stockpot.merge.plan;

import org.jspecify.annotations.NullMarked;
