/** What a job is told to do, and what it tells of it, whatever its kind. */
@NullMarked
package dev.stockpot.coordinator.order;

import org.jspecify.annotations.NullMarked;
