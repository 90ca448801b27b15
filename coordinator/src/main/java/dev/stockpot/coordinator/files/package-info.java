/**
 * Files of this process alone, holds on directories, among processes and threads, and what becomes
 * of work where a file system hangs.
 */
@NullMarked
package dev.stockpot.coordinator.files;

import org.jspecify.annotations.NullMarked;
