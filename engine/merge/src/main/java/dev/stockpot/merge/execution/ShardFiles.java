package dev.stockpot.merge.execution;

import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Writes chunks to their places in the staged shards, where they are in the page cache, not yet
 * flushed. May be shared between threads.
 *
 * @param files borrowed
 */
public record ShardFiles(OpenFiles files) implements ChunkSink {

  @Override
  public void write(MergeSpec spec, TensorTask task, int soup, long from, MemorySegment bytes)
      throws IOException {
    FileChannel channel = files.shard(spec.shard(soup, task));
    ByteBuffer view = bytes.asByteBuffer();
    long position = task.offset() + from;
    long end = task.offset() + task.length();
    // At both ends of a task, whose bytes would make a shard that was cut short long again.
    if ((from == 0 || position + view.remaining() == end) && channel.size() < end) {
      throw MergeException.environment(
          "%s: has %,d bytes, and was made with %,d at least: something else cut it short; find out what, and run the merge again"
              .formatted(spec.shard(soup, task), channel.size(), end),
          null);
    }
    while (view.hasRemaining()) {
      channel.write(view, position + view.position());
    }
  }

  /** Returns when all that was written to the shard is on storage. */
  public void flush(Path shard) throws IOException {
    files.shard(shard).force(false);
  }
}
