/** The hub's protocol over HTTP. */
@NullMarked
package dev.stockpot.hub.client;

import org.jspecify.annotations.NullMarked;
