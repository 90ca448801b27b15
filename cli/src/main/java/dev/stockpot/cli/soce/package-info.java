/** {@code stockpot soce}: from a score table to the plan of a search, and to the best soup. */
@NullMarked
package dev.stockpot.cli.soce;

import org.jspecify.annotations.NullMarked;
