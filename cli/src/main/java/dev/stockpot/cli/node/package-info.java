/** Processes that are nodes of a cluster: the coordinator and workers. */
@NullMarked
package dev.stockpot.cli.node;

import org.jspecify.annotations.NullMarked;
