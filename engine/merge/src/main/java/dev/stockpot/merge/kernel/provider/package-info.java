/** Which kernels merge here: scalar or vector, and when a process changes over. */
@NullMarked
package dev.stockpot.merge.kernel.provider;

import org.jspecify.annotations.NullMarked;
