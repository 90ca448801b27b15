package dev.stockpot.coordinator.storage;

import dev.stockpot.checkpoint.file.RegularFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file without a name, which is gone with its descriptor. Used by one thread at a time. */
final class Spool implements AutoCloseable {

  private static final int COPIED_AT_ONCE = 256 << 10;

  /** Takes bytes and where they belong. */
  @FunctionalInterface
  interface Target {
    void write(ByteBuffer bytes, long from) throws IOException;
  }

  private final FileChannel channel;

  private Spool(FileChannel channel) {
    this.channel = channel;
  }

  /** An empty one on the file system of that directory. */
  static Spool in(Path directory) throws IOException {
    Path file = Files.createTempFile(directory, "upload-", "");
    try {
      return new Spool(RegularFiles.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    } finally {
      Files.delete(file);
    }
  }

  /** Writes all that remains in the buffer. */
  void write(ByteBuffer bytes, long from) throws IOException {
    long at = from;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /** Hands on everything that was written. */
  void copyTo(Target target) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(COPIED_AT_ONCE);
    long at = 0;
    while (channel.read(buffer.clear(), at) > 0) {
      buffer.flip();
      int count = buffer.remaining();
      target.write(buffer, at);
      at += count;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
