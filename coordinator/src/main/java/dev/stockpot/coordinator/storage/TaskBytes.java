package dev.stockpot.coordinator.storage;

import dev.stockpot.coordinator.storage.DataAccess.AccessEndedException;
import dev.stockpot.merge.TensorTask;
import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The place of one task's bytes, the bytes of one soup after those of another, open to the holder
 * of its lease for one attempt at writing them. Used by one thread at a time, but that any thread
 * may close it. What becomes of several attempts says {@link TaskPlace}.
 */
public final class TaskBytes implements AutoCloseable {

  private final RunFiles files;
  private final Grant grant;
  private final TensorTask task;
  private final List<Path> shards;
  private final TaskPlace place;

  /** Where the bytes gather while another attempt has the place. */
  private volatile @Nullable Spool spool;

  TaskBytes(RunFiles files, Grant grant, TensorTask task) {
    this.files = files;
    this.grant = grant;
    this.task = task;
    this.shards = files.shards(task);
    this.place = files.place(task.id());
  }

  /** Bytes of the task, of all soups. */
  public long length() {
    return shards.size() * task.length();
  }

  /** Ends attempts under earlier leases. Blocks while one of those writes. */
  public void begin() throws IOException {
    grant.demand();
    if (!place.begin(grant, this)) {
      spool = files.spool();
    }
  }

  /**
   * Writes all that remains in the buffer. Blocks.
   *
   * @param from of the task's bytes, the index of the buffer's first
   * @throws AccessEndedException if the lease is over
   */
  public void write(ByteBuffer bytes, long from) throws IOException {
    if (from + bytes.remaining() > length()) {
      throw new IndexOutOfBoundsException("more bytes than task " + task.id() + " has");
    }
    Spool aside = spool;
    if (aside == null) {
      place.write(this, () -> writeFully(bytes, from));
    } else {
      grant.demand();
      aside.write(bytes, from);
    }
  }

  private void writeFully(ByteBuffer bytes, long from) throws IOException {
    grant.demand();
    long at = from;
    while (bytes.hasRemaining()) {
      long within = at % task.length();
      int count = (int) Math.min(bytes.remaining(), task.length() - within);
      FileChannel shard = files.shard(shards.get((int) (at / task.length())));
      if (shard.size() < task.offset() + task.length()) {
        throw new IOException("the shard was cut short while it was written to");
      }
      int written = shard.write(bytes.slice(bytes.position(), count), task.offset() + within);
      bytes.position(bytes.position() + written);
      at += written;
    }
  }

  /**
   * All bytes were written, and are the right ones: from now on nothing else is written there under
   * this lease. Blocks.
   *
   * @throws UploadConflictException if another attempt has put other bytes there
   * @throws AccessEndedException if the lease is over
   */
  public void settle(int crc) throws IOException {
    Spool aside = spool;
    place.settle(
        this,
        crc,
        () -> {
          if (aside != null) {
            aside.copyTo(this::writeFully);
          }
        });
  }

  /** Completes once what was settled is in storage and still counts. Never blocks. */
  public CompletionStage<Void> flush() {
    return files
        .force(shards)
        .whenComplete((_, problem) -> {
          if (problem != null) {
            place.unsettle(grant);
          }
        })
        .thenRun(grant::confirm);
  }

  /** The attempt is over, and others may have the place. Waits for a write that is under way. */
  @Override
  public void close() throws IOException {
    place.end(this);
    Spool aside = spool;
    if (aside != null) {
      aside.close();
    }
  }

  /** Several uploads of one task under one lease do not get along. */
  public static final class UploadConflictException extends IOException {

    @Serial private static final long serialVersionUID = 1;

    UploadConflictException(String message) {
      super(message);
    }
  }
}
