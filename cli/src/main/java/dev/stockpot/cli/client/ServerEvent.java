package dev.stockpot.cli.client;

import java.util.Optional;

/**
 * One server-sent event.
 *
 * @param id to go on after it
 */
record ServerEvent(Optional<String> id, String name, String data) {}
