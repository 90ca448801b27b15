package dev.stockpot.protocol;

/**
 * A worker: one device of one host.
 *
 * @param name host and device, as shown to people, for example {@code node-3/cpu}; the same after a
 *     restart
 * @param incarnation changes whenever the worker's actor starts anew; leases of an earlier
 *     incarnation are lost
 */
public record WorkerId(String name, long incarnation) {}
