/** Work that blocks: where it is done, and what becomes of it where a file system hangs. */
@NullMarked
package dev.stockpot.coordinator.blocking;

import org.jspecify.annotations.NullMarked;
