package dev.stockpot.coordinator.journal;

/**
 * Marks a Pekko serializer whose bytes are one JSON text in UTF-8, so that a journal holds it as it
 * is, for people to read.
 */
public interface JsonEvents {}
