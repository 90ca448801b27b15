/** A coordinator's node of the cluster: the tenure, the singleton, and who else is there. */
@NullMarked
package dev.stockpot.coordinator.node;

import org.jspecify.annotations.NullMarked;
