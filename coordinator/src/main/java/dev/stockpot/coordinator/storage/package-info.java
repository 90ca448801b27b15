/** Files of running jobs, for workers that do not see them. */
@NullMarked
package dev.stockpot.coordinator.storage;

import org.jspecify.annotations.NullMarked;
