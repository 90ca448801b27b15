package dev.stockpot.protocol.api;

/**
 * Whether a worker is kept from taking work.
 *
 * @param worker its name
 * @param drained whether it finishes what it has and takes nothing more
 */
public record WorkerDrain(String worker, boolean drained) {}
