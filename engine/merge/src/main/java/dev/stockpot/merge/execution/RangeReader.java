package dev.stockpot.merge.execution;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** One range of an input, read once from its first byte to its last. Used by one thread. */
public interface RangeReader extends AutoCloseable {

  /**
   * Fills the target with the range's next bytes; waits for them if need be.
   *
   * @throws dev.stockpot.merge.MergeException if the range ends before, or its bytes do not come
   */
  void read(MemorySegment target) throws IOException;

  /** Wants no more; what is on its way is dropped. */
  @Override
  void close();
}
