/**
 * What is wrong, in words that may be shown: problems, and how names and values of others are
 * printed.
 */
@NullMarked
package dev.stockpot.checkpoint.problem;

import org.jspecify.annotations.NullMarked;
