package dev.stockpot.worker;

import java.time.Duration;

/**
 * How a worker keeps in touch.
 *
 * @param heartbeat how often a worker reports its state, renews its leases and repeats receipts
 *     that were not acknowledged
 */
public record WorkerSettings(Duration heartbeat) {}
