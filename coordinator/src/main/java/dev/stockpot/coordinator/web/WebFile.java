package dev.stockpot.coordinator.web;

/**
 * A file as a browser gets it.
 *
 * @param type its media type, with the charset
 * @param tag changes with the text, and with nothing else
 */
public record WebFile(String type, String text, String tag) {}
