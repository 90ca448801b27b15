/** The directory beside an output that holds its shards until they are committed. */
@NullMarked
package dev.stockpot.coordinator.staging;

import org.jspecify.annotations.NullMarked;
