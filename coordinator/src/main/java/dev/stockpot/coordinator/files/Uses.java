package dev.stockpot.coordinator.files;

import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Uses of a thing that ends: they run side by side, the end waits until none runs, and none begins
 * after it. No use may begin or end another of the same thing.
 */
public final class Uses {

  private final ReadWriteLock lock = new ReentrantReadWriteLock(true);
  private boolean over;

  /** Does it, unless the end has been; empty then. */
  public <T> Optional<T> use(Supplier<T> action) {
    lock.readLock().lock();
    try {
      return over ? Optional.empty() : Optional.of(action.get());
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Waits until no use runs, and does this, the first time that it is called. */
  public void end(Runnable ending) {
    lock.writeLock().lock();
    try {
      if (!over) {
        over = true;
        ending.run();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
