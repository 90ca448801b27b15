/** What is in a checkpoint, and by what two of them differ. */
@NullMarked
package dev.stockpot.checkpoint.inspection;

import org.jspecify.annotations.NullMarked;
