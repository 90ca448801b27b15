/** What a coordinator counts of jobs, workers, requests and itself; readers of what it tells. */
@NullMarked
package dev.stockpot.coordinator.figures;

import org.jspecify.annotations.NullMarked;
