/** How log lines are written. */
@NullMarked
package dev.stockpot.cli.logging;

import org.jspecify.annotations.NullMarked;
