package dev.stockpot.cli.client.api;

import java.util.Optional;

/**
 * One server-sent event.
 *
 * @param id to go on after it
 */
public record ServerEvent(Optional<String> id, String name, String data) {}
