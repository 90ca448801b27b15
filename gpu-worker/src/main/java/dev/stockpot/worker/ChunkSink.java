package dev.stockpot.worker;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where a {@link ChunkLoop} leaves the bytes it made. */
public interface ChunkSink {

  /**
   * Takes one chunk of a task's output; a task's chunks come in order, without gaps.
   *
   * @param from position of the chunk's first byte within the task's bytes
   * @param bytes borrowed for the call
   */
  void write(MergeSpec spec, TensorTask task, long from, MemorySegment bytes) throws IOException;
}
