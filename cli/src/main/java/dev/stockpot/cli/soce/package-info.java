/** The commands of {@code stockpot soce}. */
@NullMarked
package dev.stockpot.cli.soce;

import org.jspecify.annotations.NullMarked;
