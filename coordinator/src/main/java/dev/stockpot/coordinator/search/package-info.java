/** Searches: candidates, their evaluations, and the actor that goes through them. */
@NullMarked
package dev.stockpot.coordinator.search;

import org.jspecify.annotations.NullMarked;
