package dev.stockpot.coordinator.storage;

import dev.stockpot.merge.TensorTask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The place of one task's bytes, the bytes of one soup after those of another, open to the holder
 * of its lease for one attempt at writing them. Used by one thread at a time. Another attempt at
 * the same task ends this one, so that late bytes never overwrite those that a later attempt has
 * had acknowledged.
 */
public final class TaskBytes {

  private final RunFiles files;
  private final Grant grant;
  private final TensorTask task;
  private final List<Path> shards;

  TaskBytes(RunFiles files, Grant grant, TensorTask task) {
    this.files = files;
    this.grant = grant;
    this.task = task;
    this.shards = files.shards(task);
  }

  /** Bytes of the task, of all soups. */
  public long length() {
    return shards.size() * task.length();
  }

  /** Ends every earlier attempt at this task. Blocks while one of those writes. */
  public void begin() throws IOException {
    grant.demand();
    files.place(task.id()).begin(this);
  }

  /**
   * Writes all that remains in the buffer. Blocks.
   *
   * @param from of the task's bytes, the index of the buffer's first
   * @throws AccessEndedException if the lease is over, or another attempt has begun
   */
  public void write(ByteBuffer bytes, long from) throws IOException {
    if (from + bytes.remaining() > length()) {
      throw new IndexOutOfBoundsException("more bytes than task " + task.id() + " has");
    }
    files.place(task.id()).write(this, () -> writeFully(bytes, from));
  }

  private void writeFully(ByteBuffer bytes, long from) throws IOException {
    grant.demand();
    long at = from;
    while (bytes.hasRemaining()) {
      long within = at % task.length();
      int count = (int) Math.min(bytes.remaining(), task.length() - within);
      FileChannel shard = files.shard(shards.get((int) (at / task.length())));
      int written = shard.write(bytes.slice(bytes.position(), count), task.offset() + within);
      bytes.position(bytes.position() + written);
      at += written;
    }
  }

  /** Completes once what was written is in storage and still counts. Never blocks. */
  public CompletionStage<Void> flush() {
    return files.force(shards).thenRun(grant::confirm);
  }
}
