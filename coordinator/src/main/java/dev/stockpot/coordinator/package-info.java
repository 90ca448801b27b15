/** The coordinator: takes merges, and spreads each over the workers it knows. */
@NullMarked
package dev.stockpot.coordinator;

import org.jspecify.annotations.NullMarked;
