/**
 * The arithmetic of a merge: ranges of bytes in, one range of bytes out, correctly rounded. Knows
 * neither files nor tensors.
 */
@NullMarked
package dev.stockpot.merge.kernel;

import org.jspecify.annotations.NullMarked;
