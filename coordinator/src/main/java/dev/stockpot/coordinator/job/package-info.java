/** The one actor that a job is, whatever its kind, and what starts it. */
@NullMarked
package dev.stockpot.coordinator.job;

import org.jspecify.annotations.NullMarked;
