/** Merging on a CPU, and how fast it is. */
@NullMarked
package dev.stockpot.worker.cpu;

import org.jspecify.annotations.NullMarked;
