package dev.stockpot.merge.execution;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.execution.InputSource.RangeReader;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.NonFinite;
import dev.stockpot.plan.NonFinitePolicy;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one task after another in chunks small enough to stay in the core's cache: read every source
 * once, then combine and hand to the sink for each soup, with checksums of all of it on the way.
 * Used by one thread at a time; owns its buffers, borrows the rest.
 */
public final class ChunkLoop implements AutoCloseable {

  /** Measured: chunks of this size stay in a core's second-level cache with three sources. */
  public static final long DEFAULT_CHUNK_BYTES = 128 << 10;

  private static final long ALIGNMENT = 64;

  /** One task under way. */
  private record Run(
      MergeSpec spec,
      TensorTask task,
      List<RangeReader> readers,
      ChunkSink sink,
      TaskProgress progress) {}

  private final Arena arena = Arena.ofShared();
  private final LinearKernel kernel;
  private final long bufferBytes;
  private final List<MemorySegment> buffers = new ArrayList<>();

  /**
   * A loop that has not run.
   *
   * @param bufferBytes bytes for each source's chunk, and for one output's
   */
  public ChunkLoop(LinearKernel kernel, long bufferBytes) {
    this.kernel = kernel;
    this.bufferBytes = bufferBytes;
  }

  /**
   * Runs the task; the sink has all of its bytes when this returns.
   *
   * @param inputs of the task's job; borrowed
   * @param sink takes the output
   * @param abandoned asked before each chunk
   * @return the receipt, or null when the task was abandoned
   * @throws MergeException if an input is not what the task says, or the merged tensor breaks the
   *     plan's policy for NaN and infinity
   * @throws IOException if a file cannot be read or written
   */
  public @Nullable Receipt run(
      InputSource inputs,
      ChunkSink sink,
      MergeSpec spec,
      TensorTask task,
      BooleanSupplier abandoned)
      throws IOException {
    List<RangeReader> readers = new ArrayList<>(task.sources().size());
    try {
      for (int source = 0; source < task.sources().size(); source++) {
        readers.add(inputs.open(spec, task, source));
      }
      Run run = new Run(spec, task, readers, sink, new TaskProgress(spec, task));
      long chunk = chunkElements(task);
      for (long done = 0; done < task.elements(); done += chunk) {
        if (abandoned.getAsBoolean()) {
          return null;
        }
        long elements = Math.min(chunk, task.elements() - done);
        switch (task.operation()) {
          case MERGE -> mergeChunk(run, done, elements);
          case COPY -> copyChunk(run, done, elements);
        }
      }
      return run.progress().receipt();
    } finally {
      readers.forEach(RangeReader::close);
    }
  }

  private long chunkElements(TensorTask task) {
    long widest = task.operation() == TensorTask.Operation.COPY ? 1 : task.dtype().bytes();
    if (task.operation() == TensorTask.Operation.MERGE) {
      for (SourceRange source : task.sources()) {
        widest = Math.max(widest, source.dtype().bytes());
      }
    }
    return Math.max(1, bufferBytes / widest);
  }

  private void mergeChunk(Run run, long done, long elements) throws IOException {
    MergeSpec spec = run.spec();
    TensorTask task = run.task();
    List<LinearKernel.Source> read = new ArrayList<>(task.sources().size());
    for (int k = 0; k < task.sources().size(); k++) {
      Dtype dtype = task.sources().get(k).dtype();
      read.add(new LinearKernel.Source(read(run, k, elements * dtype.bytes()), dtype));
    }
    long width = task.dtype().bytes();
    MemorySegment merged = buffer(read.size()).asSlice(0, elements * width);
    for (int soup = 0; soup < spec.soups().size(); soup++) {
      SoupSpec recipe = spec.soups().get(soup);
      List<LinearKernel.Source> sources = recipe.sources().stream().map(read::get).toList();
      long start = System.nanoTime();
      NonFinite found = kernel.combine(sources, recipe.weights(), merged, task.dtype(), elements);
      run.progress().mergedFor(System.nanoTime() - start);
      if (spec.nonFinite() == NonFinitePolicy.FAIL && !found.isNone()) {
        throw MergeException.userInput(
            NonFiniteReport.describe(spec, task, soup, done, elements, sources, merged));
      }
      run.progress().merged(soup, found);
      run.progress().write(run.sink(), soup, done * width, merged);
    }
  }

  private void copyChunk(Run run, long done, long bytes) throws IOException {
    MergeSpec spec = run.spec();
    TensorTask task = run.task();
    MemorySegment first = read(run, 0, bytes);
    for (int k = 1; k < task.sources().size(); k++) {
      MemorySegment other = read(run, k, bytes);
      long mismatch = first.mismatch(other);
      if (mismatch >= 0) {
        SourceRange one = task.sources().getFirst();
        throw MergeException.userInput(
            "%s: %s tensors are copied, not averaged, and byte %d differs between %s and %s; merge"
                    .formatted(
                        task.tensor(),
                        one.dtype(),
                        task.firstElement() + done + mismatch,
                        spec.models().get(one.model()),
                        spec.models().get(task.sources().get(k).model()))
                + " checkpoints that agree in it");
      }
    }
    for (int soup = 0; soup < spec.soups().size(); soup++) {
      run.progress().write(run.sink(), soup, done, first);
    }
  }

  /** The next bytes of a source. */
  private MemorySegment read(Run run, int source, long bytes) throws IOException {
    MemorySegment target = buffer(source).asSlice(0, bytes);
    run.progress().read(source, run.readers().get(source), target);
    return target;
  }

  private MemorySegment buffer(int index) {
    while (buffers.size() <= index) {
      buffers.add(arena.allocate(bufferBytes, ALIGNMENT));
    }
    return buffers.get(index);
  }

  @Override
  public void close() {
    arena.close();
  }
}
