@NullMarked
package dev.stockpot.metrics;

import org.jspecify.annotations.NullMarked;
