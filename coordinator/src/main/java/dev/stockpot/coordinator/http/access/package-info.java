/**
 * Who is let in at the API, by a token or by a session that was begun with one; and who was not.
 */
@NullMarked
package dev.stockpot.coordinator.http.access;

import org.jspecify.annotations.NullMarked;
