/**
 * What a plan says, as records: a merge, or the search for one.
 *
 * <p>{@link dev.stockpot.plan.reading.PlanReader} is the way in.
 */
@NullMarked
package dev.stockpot.plan;

import org.jspecify.annotations.NullMarked;
