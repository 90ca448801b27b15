package dev.stockpot.worker;

import dev.stockpot.checkpoint.Dtype;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.NonFinite;
import dev.stockpot.merge.plan.NonFinitePolicy;
import dev.stockpot.worker.storage.ChunkSink;
import dev.stockpot.worker.storage.InputSource;
import dev.stockpot.worker.storage.RangeReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Runs one task after another in chunks small enough to stay in the core's cache: read every source
 * once, then combine and hand to the sink for each soup, with checksums of all of it on the way.
 * Used by one thread at a time; owns its buffers, borrows the rest.
 */
public final class ChunkLoop implements AutoCloseable {

  private static final long ALIGNMENT = 64;

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
      Progress progress = new Progress(spec, task, readers, sink);
      long chunk = chunkElements(task);
      for (long done = 0; done < task.elements(); done += chunk) {
        if (abandoned.getAsBoolean()) {
          return null;
        }
        long elements = Math.min(chunk, task.elements() - done);
        switch (task.operation()) {
          case MERGE -> mergeChunk(spec, task, done, elements, progress);
          case COPY -> copyChunk(spec, task, done, elements, progress);
        }
      }
      return progress.receipt();
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

  private void mergeChunk(
      MergeSpec spec, TensorTask task, long done, long elements, Progress progress)
      throws IOException {
    List<LinearKernel.Source> read = new ArrayList<>(task.sources().size());
    for (int k = 0; k < task.sources().size(); k++) {
      Dtype dtype = task.sources().get(k).dtype();
      read.add(new LinearKernel.Source(read(k, elements * dtype.bytes(), progress), dtype));
    }
    long width = task.dtype().bytes();
    MemorySegment merged = buffer(read.size()).asSlice(0, elements * width);
    for (int soup = 0; soup < spec.soups().size(); soup++) {
      SoupSpec recipe = spec.soups().get(soup);
      List<LinearKernel.Source> sources = recipe.sources().stream().map(read::get).toList();
      long start = System.nanoTime();
      NonFinite found = kernel.combine(sources, recipe.weights(), merged, task.dtype(), elements);
      progress.mergeNanos += System.nanoTime() - start;
      if (spec.nonFinite() == NonFinitePolicy.FAIL && !found.isNone()) {
        throw MergeException.userInput(
            NonFiniteReport.describe(spec, task, soup, done, elements, sources, merged));
      }
      progress.outputs.get(soup).count(found);
      write(spec, task, soup, done * width, merged, progress);
    }
  }

  private void copyChunk(MergeSpec spec, TensorTask task, long done, long bytes, Progress progress)
      throws IOException {
    MemorySegment first = read(0, bytes, progress);
    for (int k = 1; k < task.sources().size(); k++) {
      MemorySegment other = read(k, bytes, progress);
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
      write(spec, task, soup, done, first, progress);
    }
  }

  /** The next bytes of a source. */
  private MemorySegment read(int source, long bytes, Progress progress) throws IOException {
    MemorySegment target = buffer(source).asSlice(0, bytes);
    long start = System.nanoTime();
    progress.readers.get(source).read(target);
    long read = System.nanoTime();
    progress.sourceCrcs.get(source).update(target.asByteBuffer());
    progress.readNanos += read - start;
    progress.mergeNanos += System.nanoTime() - read;
    return target;
  }

  private void write(
      MergeSpec spec, TensorTask task, int soup, long from, MemorySegment bytes, Progress progress)
      throws IOException {
    long start = System.nanoTime();
    progress.outputs.get(soup).crc.update(bytes.asByteBuffer());
    long summed = System.nanoTime();
    progress.sink.write(spec, task, soup, from, bytes);
    progress.mergeNanos += summed - start;
    progress.writeNanos += System.nanoTime() - summed;
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

  /** What a task has written into one soup so far. */
  private static final class Written {
    private final CRC32C crc = new CRC32C();
    private NonFinite nonFinite = NonFinite.NONE;

    void count(NonFinite found) {
      nonFinite = nonFinite.plus(found);
    }

    Receipt.Output output() {
      return new Receipt.Output((int) crc.getValue(), nonFinite.nan(), nonFinite.infinity());
    }
  }

  /** What a task has come to so far. */
  private static final class Progress {
    private final int task;
    private final List<RangeReader> readers;
    private final ChunkSink sink;
    private final List<CRC32C> sourceCrcs;
    private final List<Written> outputs;
    private long readNanos;
    private long mergeNanos;
    private long writeNanos;

    Progress(MergeSpec spec, TensorTask task, List<RangeReader> readers, ChunkSink sink) {
      this.task = task.id();
      this.readers = readers;
      this.sink = sink;
      this.sourceCrcs =
          IntStream.range(0, task.sources().size()).mapToObj(_ -> new CRC32C()).toList();
      this.outputs = spec.soups().stream().map(_ -> new Written()).toList();
    }

    Receipt receipt() {
      return new Receipt(
          task,
          outputs.stream().map(Written::output).toList(),
          sourceCrcs.stream().map(crc -> (int) crc.getValue()).toList(),
          new StageNanos(readNanos, mergeNanos, writeNanos));
    }
  }
}
