/** Which categories hardly correlate, and who is best in them. */
@NullMarked
package dev.stockpot.soce.experts;

import org.jspecify.annotations.NullMarked;
