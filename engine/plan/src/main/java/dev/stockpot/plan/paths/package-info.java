/** The paths of a plan: where they lead, and what must not stand there. */
@NullMarked
package dev.stockpot.plan.paths;

import org.jspecify.annotations.NullMarked;
