package dev.stockpot.protocol;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a device says of itself at one moment. Each value is missing where the device does not tell
 * it.
 *
 * @param gpuPercent of the time that it computed lately
 * @param memoryUsedBytes by all that runs on it
 * @param memoryBytes that it has
 * @param celsius its temperature
 * @param milliwatts that it draws
 */
public record DeviceSample(
    OptionalInt gpuPercent,
    OptionalLong memoryUsedBytes,
    OptionalLong memoryBytes,
    OptionalInt celsius,
    OptionalInt milliwatts) {}
