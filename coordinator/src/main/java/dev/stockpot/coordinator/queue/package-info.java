/** The jobs that clients submit: accepted, ordered, run, remembered. */
@NullMarked
package dev.stockpot.coordinator.queue;

import org.jspecify.annotations.NullMarked;
