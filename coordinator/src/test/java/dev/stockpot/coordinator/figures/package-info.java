@NullMarked
package dev.stockpot.coordinator.figures;

import org.jspecify.annotations.NullMarked;
