/** Every message that crosses a node, one file per conversation. */
@NullMarked
package dev.stockpot.protocol;

import org.jspecify.annotations.NullMarked;
