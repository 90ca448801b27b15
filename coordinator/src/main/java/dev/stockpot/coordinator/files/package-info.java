/** Files of this process alone, and holds on directories, among processes and threads. */
@NullMarked
package dev.stockpot.coordinator.files;

import org.jspecify.annotations.NullMarked;
