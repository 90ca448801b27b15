/** NVIDIA's management library, by calls to its C functions; the only place that knows them. */
@NullMarked
package dev.stockpot.worker.nvml;

import org.jspecify.annotations.NullMarked;
