package dev.stockpot.coordinator.tenure;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** Lets actions run side by side, and what ends them all only between them. */
final class Actions {

  private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

  <T> T run(Supplier<T> action) {
    lock.readLock().lock();
    try {
      return action.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Waits until no action runs. */
  void end(Runnable ending) {
    lock.writeLock().lock();
    try {
      ending.run();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
