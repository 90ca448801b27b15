/** One merge from its plan to its output: the actor's phases, its events and its work on files. */
@NullMarked
package dev.stockpot.coordinator.merge;

import org.jspecify.annotations.NullMarked;
