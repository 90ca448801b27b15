/** What happens to jobs and workers, kept bounded, and rendered as rows of live tables. */
@NullMarked
package dev.stockpot.coordinator.history;

import org.jspecify.annotations.NullMarked;
