/** The embedded journal: one append-only file of JSON lines per persistent actor. */
@NullMarked
package dev.stockpot.coordinator.journal;

import org.jspecify.annotations.NullMarked;
