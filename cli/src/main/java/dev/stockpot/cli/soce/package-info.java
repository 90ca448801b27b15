/** {@code stockpot soce}: from a score table to the best soup. */
@NullMarked
package dev.stockpot.cli.soce;

import org.jspecify.annotations.NullMarked;
