/** Which weights are tried, in which order, and what each expert brings to a soup. */
@NullMarked
package dev.stockpot.soce.weights;

import org.jspecify.annotations.NullMarked;
