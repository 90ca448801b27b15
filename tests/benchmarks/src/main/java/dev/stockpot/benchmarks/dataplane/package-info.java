/** Tensor bytes through a coordinator's HTTP API, by a worker and by curl. */
@NullMarked
package dev.stockpot.benchmarks.dataplane;

import org.jspecify.annotations.NullMarked;
