/** The commands that look at checkpoints: {@code inspect} and {@code diff}. They load no actor. */
@NullMarked
package dev.stockpot.cli.checkpoint;

import org.jspecify.annotations.NullMarked;
