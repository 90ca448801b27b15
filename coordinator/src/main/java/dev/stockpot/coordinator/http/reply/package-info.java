/** What the API answers, as JSON, and why it refuses. */
@NullMarked
package dev.stockpot.coordinator.http.reply;

import org.jspecify.annotations.NullMarked;
