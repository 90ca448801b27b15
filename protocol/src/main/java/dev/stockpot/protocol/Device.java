package dev.stockpot.protocol;

/**
 * What a worker merges with.
 *
 * @param kind {@code cpu} or {@code cuda}
 * @param name the device's own name
 * @param detail how it computes, for example {@code 2 threads, vector 512 bit}
 */
public record Device(String kind, String name, String detail) {}
