package dev.stockpot.coordinator.http.reply;

import java.util.Optional;

/**
 * What anybody may know of this process.
 *
 * @param status {@code active} or {@code standby}
 * @param cluster its name, by which nodes know each other
 * @param active base address of the active coordinator, where it is known
 */
public record Health(String status, String cluster, Optional<String> active, String version) {}
