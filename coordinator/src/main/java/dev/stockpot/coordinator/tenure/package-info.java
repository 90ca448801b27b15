/** Who may coordinate: one process at a time. */
@NullMarked
package dev.stockpot.coordinator.tenure;

import org.jspecify.annotations.NullMarked;
