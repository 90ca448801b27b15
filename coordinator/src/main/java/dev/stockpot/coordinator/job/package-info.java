/** One merge from its plan to its output: the job's actor, its events and its work on files. */
@NullMarked
package dev.stockpot.coordinator.job;

import org.jspecify.annotations.NullMarked;
