/** {@code stockpot plan}: checks plans before anything runs. */
@NullMarked
package dev.stockpot.cli.plan;

import org.jspecify.annotations.NullMarked;
