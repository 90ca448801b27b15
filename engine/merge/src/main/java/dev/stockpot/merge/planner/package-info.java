/** Turns a plan and the headers of its checkpoints into tensor tasks and an output layout. */
@NullMarked
package dev.stockpot.merge.planner;

import org.jspecify.annotations.NullMarked;
