/** {@code stockpot verify}: whether a merged checkpoint is what its manifest says. */
@NullMarked
package dev.stockpot.cli.verify;

import org.jspecify.annotations.NullMarked;
