/**
 * Warnings about ingredients that probably do not belong together, from what their directories say
 * beside the weights: config, tokenizer and model card.
 *
 * <p>Most are guesses and never stop a merge. Only other attention heads and quantized weights do.
 * What else makes one impossible (names, shapes, dtypes of the tensors) is the planner's to find.
 */
@NullMarked
package dev.stockpot.merge.compatibility;

import org.jspecify.annotations.NullMarked;
