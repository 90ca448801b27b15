/** The records of the HTTP API, as JSON; clients need nothing else of Stockpot, and no actor. */
@NullMarked
package dev.stockpot.protocol.api;

import org.jspecify.annotations.NullMarked;
