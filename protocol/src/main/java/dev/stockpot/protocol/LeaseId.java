package dev.stockpot.protocol;

/**
 * Names one batch of tasks given to one worker once. Numbers are never reused within a job's
 * coordinator, so a message about an expired lease cannot be taken for one about its successor.
 */
public record LeaseId(String run, long number) {}
