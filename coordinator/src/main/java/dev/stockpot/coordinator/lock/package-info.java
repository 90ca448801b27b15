/** Holds on directories, among processes and among the threads of this one. */
@NullMarked
package dev.stockpot.coordinator.lock;

import org.jspecify.annotations.NullMarked;
