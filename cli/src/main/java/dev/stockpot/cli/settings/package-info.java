/** The files of settings: where they lie, how they are read, and which keys they may hold. */
@NullMarked
package dev.stockpot.cli.settings;

import org.jspecify.annotations.NullMarked;
