package dev.stockpot.coordinator.tenure;

import java.util.function.Supplier;

/** The right to coordinate, which one process holds at a time. */
public interface Tenure extends AutoCloseable {

  /**
   * Does something that only the holder may do, such as putting an output into its place, so that
   * nobody else can become the holder meanwhile. Blocks.
   *
   * @throws dev.stockpot.merge.MergeException of kind ENVIRONMENT if this process is not the holder
   *     any more; then nothing was done
   */
  <T> T whileHeld(Supplier<T> action);

  /** Grows by every change of the holder. */
  long epoch();

  /** Gives the right back. */
  @Override
  void close();

  /** Of a process that nobody competes with: its output's staging area has a lock of its own. */
  static Tenure unshared() {
    return new Tenure() {
      @Override
      public <T> T whileHeld(Supplier<T> action) {
        return action.get();
      }

      @Override
      public long epoch() {
        return 0;
      }

      @Override
      public void close() {}
    };
  }
}
