/**
 * The directory of a Hugging Face checkpoint: which files hold its tensors, what of it can be
 * merged, and what stands beside its weights.
 */
@NullMarked
package dev.stockpot.checkpoint;

import org.jspecify.annotations.NullMarked;
