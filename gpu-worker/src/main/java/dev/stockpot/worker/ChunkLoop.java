package dev.stockpot.worker;

import dev.stockpot.checkpoint.Dtype;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.NonFinite;
import dev.stockpot.merge.plan.NonFinitePolicy;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Runs one task after another in chunks small enough to stay in the core's cache: read every
 * source, combine, hand to the sink, with checksums of all of it on the way. Used by one thread at
 * a time; owns its buffers, borrows the rest.
 *
 * <p>Positional reads into a cached buffer, not mapped files: a mapped file that is truncated while
 * it is read ends the process with SIGBUS, a positional read ends in an error that can be told.
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
   * @param bufferBytes bytes for each source's and the output's chunk
   */
  public ChunkLoop(LinearKernel kernel, long bufferBytes) {
    this.kernel = kernel;
    this.bufferBytes = bufferBytes;
  }

  /**
   * Runs the task; the sink has all of its bytes when this returns.
   *
   * @param files of the task's job; borrowed
   * @param sink takes the output
   * @param abandoned asked before each chunk
   * @return the receipt, or null when the task was abandoned
   * @throws MergeException if an input is not what the task says, or the merged tensor breaks the
   *     plan's policy for NaN and infinity
   * @throws IOException if a file cannot be read or written
   */
  public @Nullable Receipt run(
      OpenFiles files, ChunkSink sink, MergeSpec spec, TensorTask task, BooleanSupplier abandoned)
      throws IOException {
    Progress progress = new Progress(task, inputs(files, spec, task), sink);
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
  }

  /** Looked up once for all chunks: a path is parsed and hashed each time. */
  private static List<FileChannel> inputs(OpenFiles files, MergeSpec spec, TensorTask task)
      throws IOException {
    List<FileChannel> inputs = new ArrayList<>(task.sources().size());
    for (SourceRange source : task.sources()) {
      inputs.add(files.input(Path.of(spec.input(source.input()).path())));
    }
    return inputs;
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
    List<LinearKernel.Source> sources = new ArrayList<>(task.sources().size());
    for (int k = 0; k < task.sources().size(); k++) {
      Dtype dtype = task.sources().get(k).dtype();
      long bytes = elements * dtype.bytes();
      MemorySegment read = read(spec, task, k, done * dtype.bytes(), bytes, progress);
      sources.add(new LinearKernel.Source(read, dtype));
    }
    long width = task.dtype().bytes();
    MemorySegment merged = buffer(sources.size()).asSlice(0, elements * width);
    long start = System.nanoTime();
    NonFinite found = kernel.combine(sources, spec.weights(), merged, task.dtype(), elements);
    progress.mergeNanos += System.nanoTime() - start;
    progress.nan += found.nan();
    progress.infinity += found.infinity();
    if (spec.nonFinite() == NonFinitePolicy.FAIL && found.nan() + found.infinity() > 0) {
      throw MergeException.userInput(
          NonFiniteReport.describe(spec, task, done, elements, sources, merged));
    }
    write(spec, task, done * width, merged, progress);
  }

  private void copyChunk(MergeSpec spec, TensorTask task, long done, long bytes, Progress progress)
      throws IOException {
    MemorySegment first = read(spec, task, 0, done, bytes, progress);
    for (int k = 1; k < task.sources().size(); k++) {
      MemorySegment other = read(spec, task, k, done, bytes, progress);
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
    write(spec, task, done, first, progress);
  }

  private MemorySegment read(
      MergeSpec spec, TensorTask task, int source, long from, long bytes, Progress progress)
      throws IOException {
    SourceRange range = task.sources().get(source);
    MemorySegment target = buffer(source).asSlice(0, bytes);
    long start = System.nanoTime();
    FileChannel channel = progress.inputs.get(source);
    ByteBuffer view = target.asByteBuffer();
    long position = range.offset() + from;
    while (view.hasRemaining()) {
      int count = channel.read(view, position + view.position());
      if (count < 0) {
        throw MergeException.userInput(
            "%s: %s: the file ends at byte %d, but the tensor's bytes go to %d; it was truncated after the merge began"
                .formatted(
                    spec.input(range.input()).path(),
                    task.tensor(),
                    channel.size(),
                    range.offset() + range.length()));
      }
    }
    long read = System.nanoTime();
    progress.sourceCrcs.get(source).update(view.flip());
    progress.readNanos += read - start;
    progress.mergeNanos += System.nanoTime() - read;
    return target;
  }

  private void write(
      MergeSpec spec, TensorTask task, long from, MemorySegment bytes, Progress progress)
      throws IOException {
    long start = System.nanoTime();
    progress.outputCrc.update(bytes.asByteBuffer());
    long summed = System.nanoTime();
    progress.sink.write(spec, task, from, bytes);
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

  /** What a task has come to so far. */
  private static final class Progress {
    private final int task;
    private final List<FileChannel> inputs;
    private final ChunkSink sink;
    private final List<CRC32C> sourceCrcs;
    private final CRC32C outputCrc = new CRC32C();
    private long nan;
    private long infinity;
    private long readNanos;
    private long mergeNanos;
    private long writeNanos;

    Progress(TensorTask task, List<FileChannel> inputs, ChunkSink sink) {
      this.task = task.id();
      this.inputs = inputs;
      this.sink = sink;
      this.sourceCrcs =
          IntStream.range(0, task.sources().size()).mapToObj(_ -> new CRC32C()).toList();
    }

    Receipt receipt() {
      return new Receipt(
          task,
          (int) outputCrc.getValue(),
          sourceCrcs.stream().map(crc -> (int) crc.getValue()).toList(),
          nan,
          infinity,
          new StageNanos(readNanos, mergeNanos, writeNanos));
    }
  }
}
