/**
 * Evaluators: commands of the user that score a checkpoint, run with a session of their own that
 * ends with them, and read through adapters for the files that they write.
 */
@NullMarked
package dev.stockpot.coordinator.evaluate;

import org.jspecify.annotations.NullMarked;
