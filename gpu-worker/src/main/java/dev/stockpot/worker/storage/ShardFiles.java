package dev.stockpot.worker.storage;

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
  public void write(MergeSpec spec, TensorTask task, long from, MemorySegment bytes)
      throws IOException {
    FileChannel channel = files.shard(path(spec, task));
    ByteBuffer view = bytes.asByteBuffer();
    long position = task.offset() + from;
    while (view.hasRemaining()) {
      channel.write(view, position + view.position());
    }
  }

  /** The shard that a task's output goes to. */
  public static Path path(MergeSpec spec, TensorTask task) {
    return Path.of(spec.staging(), spec.shard(task.shard()));
  }

  /** Returns when all that was written to the shard is on storage. */
  public void flush(Path shard) throws IOException {
    files.shard(shard).force(false);
  }
}
