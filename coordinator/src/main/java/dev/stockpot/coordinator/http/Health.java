package dev.stockpot.coordinator.http;

import java.util.Optional;

/**
 * What anybody may know of this process.
 *
 * @param status {@code active} or {@code standby}
 * @param active base address of the active coordinator, where it is known
 */
record Health(String status, Optional<String> active, String version) {}
