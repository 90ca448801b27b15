package dev.stockpot.coordinator.search;

/**
 * An evaluation to be done.
 *
 * @param heldOut whether it is the one whose scores are reported and choose nothing
 */
record Task(Candidate candidate, boolean heldOut) {}
