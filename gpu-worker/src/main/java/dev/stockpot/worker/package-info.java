/** Devices, and one worker actor per device. */
@NullMarked
package dev.stockpot.worker;

import org.jspecify.annotations.NullMarked;
