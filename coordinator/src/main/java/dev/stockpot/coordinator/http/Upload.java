package dev.stockpot.coordinator.http;

import dev.stockpot.coordinator.http.reply.RefusedRequest;
import dev.stockpot.coordinator.storage.TaskBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32C;
import org.apache.pekko.util.ByteString;

/** The bytes of one task on their way to the shard. Used by one thread at a time. */
final class Upload implements AutoCloseable {

  private final TaskBytes task;
  private final int expectedCrc;
  private final CRC32C crc = new CRC32C();
  private long received;

  Upload(TaskBytes task, int expectedCrc) {
    this.task = task;
    this.expectedCrc = expectedCrc;
  }

  /** Blocks. */
  void begin() {
    try {
      task.begin();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes the next bytes. Blocks.
   *
   * @throws RefusedRequest if they are more than the task has
   */
  void add(ByteString bytes) {
    if (received + bytes.size() > task.length()) {
      throw wrongLength(task);
    }
    for (ByteBuffer buffer : bytes.getByteBuffers()) {
      crc.update(buffer.duplicate());
      int size = buffer.remaining();
      try {
        task.write(buffer, received);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      received += size;
    }
  }

  /**
   * All bytes that were sent have come. Blocks.
   *
   * @throws RefusedRequest if they are too few, or not those that were sent
   */
  void settle() {
    if (received != task.length()) {
      throw wrongLength(task);
    }
    if ((int) crc.getValue() != expectedCrc) {
      throw RefusedRequest.invalid(
          "the bytes that arrived have the CRC-32C %08x, not %08x; send them again"
              .formatted((int) crc.getValue(), expectedCrc));
    }
    try {
      task.settle(expectedCrc);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Completes once all bytes are in storage. */
  CompletionStage<Void> flush() {
    return task.flush();
  }

  /** Ends the upload, whatever became of it. Blocks while it writes. */
  @Override
  public void close() {
    try {
      task.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RefusedRequest wrongLength(TaskBytes task) {
    return RefusedRequest.invalid("the body of this task has %d bytes".formatted(task.length()));
  }
}
