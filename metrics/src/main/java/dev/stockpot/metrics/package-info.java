/** What a process measures of itself, above all of its actors, and how Prometheus reads it. */
@NullMarked
package dev.stockpot.metrics;

import org.jspecify.annotations.NullMarked;
