/**
 * Whether a merged checkpoint is what its manifest says: checksums, and tensors merged once more.
 */
@NullMarked
package dev.stockpot.merge.verification;

import org.jspecify.annotations.NullMarked;
