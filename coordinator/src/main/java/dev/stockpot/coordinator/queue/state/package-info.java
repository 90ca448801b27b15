/** All jobs, as the events of the queue have made them, and how those are kept. */
@NullMarked
package dev.stockpot.coordinator.queue.state;

import org.jspecify.annotations.NullMarked;
