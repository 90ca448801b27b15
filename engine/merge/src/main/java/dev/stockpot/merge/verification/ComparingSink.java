package dev.stockpot.merge.verification;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.execution.ChunkSink;
import dev.stockpot.merge.execution.OpenFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares the chunks of one task after another with the bytes that lie in their place. Used by one
 * thread at a time.
 */
final class ComparingSink implements ChunkSink {

  private final OpenFiles files;
  private final ByteBuffer buffer;
  private @Nullable Difference first;

  /**
   * A sink that has seen nothing.
   *
   * @param files borrowed
   * @param bufferBytes the most bytes of one chunk
   */
  ComparingSink(OpenFiles files, int bufferBytes) {
    this.files = files;
    this.buffer = ByteBuffer.allocateDirect(bufferBytes);
  }

  /**
   * Where a tensor first differs.
   *
   * @param unit {@code element}; {@code byte} of a tensor that is copied
   * @param index in the flattened tensor, from 0
   * @param recomputed the bits in hex, highest first
   * @param found likewise
   */
  record Difference(String unit, long index, String recomputed, String found) {

    String message() {
      return "differs from %s %d on: recomputed 0x%s, the file has 0x%s"
          .formatted(unit, index, recomputed, found);
    }
  }

  @Override
  public void write(MergeSpec spec, TensorTask task, int soup, long from, MemorySegment bytes)
      throws IOException {
    MemorySegment found =
        read(spec.shard(soup, task), task.offset() + from, (int) bytes.byteSize());
    long mismatch = first == null ? bytes.mismatch(found) : -1;
    if (mismatch >= 0) {
      boolean merged = task.operation() == Operation.MERGE;
      int width = merged ? task.dtype().bytes() : 1;
      long index = mismatch / width;
      first =
          new Difference(
              merged ? "element" : "byte",
              task.firstElement() + from / width + index,
              hex(bytes, index * width, width),
              hex(found, index * width, width));
    }
  }

  /** The first difference since the last call. */
  Optional<Difference> takeDifference() {
    Optional<Difference> taken = Optional.ofNullable(first);
    first = null;
    return taken;
  }

  private MemorySegment read(Path shard, long position, int bytes) throws IOException {
    FileChannel channel = files.input(shard);
    buffer.clear().limit(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException(shard + ": was cut short while it was read");
      }
    }
    return MemorySegment.ofBuffer(buffer.flip());
  }

  /** Little-endian bytes as one number. */
  private static String hex(MemorySegment bytes, long at, int width) {
    StringBuilder hex = new StringBuilder(2 * width);
    for (int i = width - 1; i >= 0; i--) {
      hex.append("%02x".formatted(bytes.get(ValueLayout.JAVA_BYTE, at + i)));
    }
    return hex.toString();
  }
}
