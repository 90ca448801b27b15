/** Measurements, to be run by hand; each class says how. */
@NullMarked
package dev.stockpot.benchmarks;

import org.jspecify.annotations.NullMarked;
