package dev.stockpot.coordinator.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Lets one attempt at a time write a task's bytes: the one that began last. */
final class TaskPlace {

  /** Writes some bytes. */
  @FunctionalInterface
  interface Write {
    void run() throws IOException;
  }

  private @Nullable TaskBytes attempt;

  synchronized void begin(TaskBytes attempt) {
    this.attempt = attempt;
  }

  /** Holds others back meanwhile: a write that has begun is over before another attempt begins. */
  synchronized void write(TaskBytes attempt, Write write) throws IOException {
    if (this.attempt != attempt) {
      throw new AccessEndedException("another attempt at the same task has begun");
    }
    write.run();
  }
}
