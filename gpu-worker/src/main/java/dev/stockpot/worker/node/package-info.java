/** A worker's node of the cluster: its device workers, and how they find the coordinator. */
@NullMarked
package dev.stockpot.worker.node;

import org.jspecify.annotations.NullMarked;
