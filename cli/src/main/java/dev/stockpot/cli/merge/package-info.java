/** {@code stockpot merge}: what it reads, and what it says. */
@NullMarked
package dev.stockpot.cli.merge;

import org.jspecify.annotations.NullMarked;
