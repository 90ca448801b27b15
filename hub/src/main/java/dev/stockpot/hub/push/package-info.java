/** What moves from disk to the hub: a checkpoint as one commit of a repository. */
@NullMarked
package dev.stockpot.hub.push;

import org.jspecify.annotations.NullMarked;
