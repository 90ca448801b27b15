/** CUDA. */
@NullMarked
package dev.stockpot.worker.cuda;

import org.jspecify.annotations.NullMarked;
