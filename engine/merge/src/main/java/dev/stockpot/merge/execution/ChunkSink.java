package dev.stockpot.merge.execution;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Where the bytes of a task go as they are made. */
public interface ChunkSink {

  /**
   * Takes one chunk of a task's output; a soup's chunks come in order, without gaps.
   *
   * @param soup index into the spec's soups
   * @param from position of the chunk's first byte within the task's bytes of that soup
   * @param bytes borrowed for the call
   */
  void write(MergeSpec spec, TensorTask task, int soup, long from, MemorySegment bytes)
      throws IOException;
}
