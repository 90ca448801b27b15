/**
 * The manifest of a merged checkpoint, which says what it was made of, and whether the checkpoint
 * is what it says: checksums, and tensors merged once more.
 */
@NullMarked
package dev.stockpot.merge.verification;

import org.jspecify.annotations.NullMarked;
