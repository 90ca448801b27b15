/** A coordinator and a thousand workers that do no work, to measure what lies between them. */
@NullMarked
package dev.stockpot.benchmarks.controlplane;

import org.jspecify.annotations.NullMarked;
