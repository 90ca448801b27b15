/** The worker actor: the leases that it holds, and what it tells of them. */
@NullMarked
package dev.stockpot.worker.actor;

import org.jspecify.annotations.NullMarked;
