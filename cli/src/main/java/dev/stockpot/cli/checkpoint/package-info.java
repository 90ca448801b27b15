/**
 * The commands that look at checkpoints: {@code inspect}, {@code diff} and {@code verify}. They
 * load no actor.
 */
@NullMarked
package dev.stockpot.cli.checkpoint;

import org.jspecify.annotations.NullMarked;
