package dev.stockpot.coordinator.queue;

/** What the queue keeps on storage. */
sealed interface QueueRecord permits QueueEvent, QueueSnapshot {}
