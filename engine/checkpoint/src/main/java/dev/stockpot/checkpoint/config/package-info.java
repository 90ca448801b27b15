/** A model's {@code config.json}, in one form whichever release of transformers wrote it. */
@NullMarked
package dev.stockpot.checkpoint.config;

import org.jspecify.annotations.NullMarked;
