package dev.stockpot.coordinator.http.reply;

import java.util.Optional;

/**
 * What an orchestrator asks before it lets a coordinator stand for something.
 *
 * @param ready whether it coordinates, or stands by and could take over
 * @param why it is not ready
 */
public record Readiness(boolean ready, Optional<String> why) {}
