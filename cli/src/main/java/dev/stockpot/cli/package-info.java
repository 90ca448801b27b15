/** The {@code stockpot} command. Commands that need no actors load no actor's class. */
@NullMarked
package dev.stockpot.cli;

import org.jspecify.annotations.NullMarked;
