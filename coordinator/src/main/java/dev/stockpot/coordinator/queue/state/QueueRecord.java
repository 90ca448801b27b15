package dev.stockpot.coordinator.queue.state;

/** What the queue keeps on storage. */
public sealed interface QueueRecord permits QueueEvent, QueueSnapshot {}
