package dev.stockpot.coordinator.storage;

import dev.stockpot.merge.TensorTask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletionStage;

/**
 * The place of one task's bytes, open to the holder of its lease for one attempt at writing them.
 * Used by one thread at a time. Another attempt at the same task ends this one, so that late bytes
 * never overwrite those that a later attempt has had acknowledged.
 */
public final class TaskBytes {

  private final RunFiles files;
  private final Grant grant;
  private final TensorTask task;

  TaskBytes(RunFiles files, Grant grant, TensorTask task) {
    this.files = files;
    this.grant = grant;
    this.task = task;
  }

  /** Bytes of the task. */
  public long length() {
    return task.length();
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
    if (from + bytes.remaining() > task.length()) {
      throw new IndexOutOfBoundsException("more bytes than task " + task.id() + " has");
    }
    FileChannel shard = files.shard(task.shard());
    files.place(task.id()).write(this, () -> writeFully(shard, bytes, task.offset() + from));
  }

  private void writeFully(FileChannel shard, ByteBuffer bytes, long position) throws IOException {
    grant.demand();
    long at = position;
    while (bytes.hasRemaining()) {
      at += shard.write(bytes, at);
    }
  }

  /** Completes once what was written is in storage and still counts. Never blocks. */
  public CompletionStage<Void> flush() {
    return files.force(task.shard()).thenRun(grant::confirm);
  }
}
