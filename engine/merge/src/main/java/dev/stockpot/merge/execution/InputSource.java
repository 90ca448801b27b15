package dev.stockpot.merge.execution;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where the bytes of a task's sources come from. */
public interface InputSource {

  /**
   * Begins to read one source of a task.
   *
   * @param source index into the task's sources
   */
  RangeReader open(MergeSpec spec, TensorTask task, int source) throws IOException;

  /**
   * Makes sure, without reading, that a source whose bytes are known already is still there.
   *
   * @throws dev.stockpot.merge.MergeException if there is no way to it
   */
  default void prove(MergeSpec spec, TensorTask task, int source) throws IOException {
    open(spec, task, source).close();
  }

  /** One range of an input, read once from its first byte to its last. Used by one thread. */
  interface RangeReader extends AutoCloseable {

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
}
