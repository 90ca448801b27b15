/** Commands that move models between the hub and this machine. */
@NullMarked
package dev.stockpot.cli.hub;

import org.jspecify.annotations.NullMarked;
