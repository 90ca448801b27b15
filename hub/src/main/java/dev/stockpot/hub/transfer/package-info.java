/** What moves from the hub to disk: whole files into the cache, headers into previews. */
@NullMarked
package dev.stockpot.hub.transfer;

import org.jspecify.annotations.NullMarked;
