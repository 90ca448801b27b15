package dev.stockpot.coordinator.storage;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Flushes one file to storage for many at once: whoever asks while a flush is under way shares the
 * next one, so that the number of flushes does not grow with the number of writers. Safe for any
 * thread.
 */
final class GroupedForce {

  /** Flushes everything written to the file before the call. */
  @FunctionalInterface
  interface Force {
    void force() throws IOException;
  }

  private final Force file;
  private final Executor blocking;
  private boolean running;
  private @Nullable CompletableFuture<Void> waiting;

  GroupedForce(Force file, Executor blocking) {
    this.file = file;
    this.blocking = blocking;
  }

  /** Completes once everything written before the call is in storage. */
  synchronized CompletionStage<Void> force() {
    CompletableFuture<Void> next = waiting;
    if (next == null) {
      next = new CompletableFuture<>();
      waiting = next;
    }
    if (!running) {
      start();
    }
    return next;
  }

  private synchronized void start() {
    CompletableFuture<Void> next = waiting;
    waiting = null;
    running = next != null;
    if (next != null) {
      try {
        blocking.execute(() -> run(next));
      } catch (RejectedExecutionException e) {
        // The process is ending.
        running = false;
        next.completeExceptionally(e);
      }
    }
  }

  private void run(CompletableFuture<Void> group) {
    try {
      file.force();
      group.complete(null);
    } catch (IOException | RuntimeException e) {
      group.completeExceptionally(e);
    } finally {
      start();
    }
  }
}
