/**
 * How messages become bytes between nodes: Kryo, closed to every class that {@link
 * dev.stockpot.protocol.wire.WireTypes} does not list.
 *
 * <p>A message is its class's id followed by its record. A record is a length and its components in
 * order; a receiver skips what is left of the length after the components that it knows, and fills
 * in what is missing, so that nodes of one minor release understand each other. Lengths and whole
 * numbers are varints.
 */
@NullMarked
package dev.stockpot.protocol.wire;

import org.jspecify.annotations.NullMarked;
