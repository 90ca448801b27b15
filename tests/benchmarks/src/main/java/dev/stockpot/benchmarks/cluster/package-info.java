/** Real processes of a coordinator and its workers on the loopback. */
@NullMarked
package dev.stockpot.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
