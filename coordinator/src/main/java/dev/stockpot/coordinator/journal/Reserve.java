package dev.stockpot.coordinator.journal;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.coordinator.files.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that takes room on a file system while there is plenty, to be given up piece by piece once
 * there is none: what must be recorded then still can be. Confined to one file's writes.
 */
final class Reserve {

  /** Given up at once; more than an entry takes, but for one that holds a plan. */
  private static final int PIECE = 1 << 18;

  private final Path file;
  private final long size;

  /**
   * A reserve that takes no room yet.
   *
   * @param size of the file when it is full, in bytes; 0 for none
   */
  Reserve(Path file, long size) {
    this.file = file;
    this.size = size;
  }

  /** Takes the room, if there is as much again; the directory is there. */
  void fill() throws IOException {
    long have = present();
    if (have >= size) {
      return;
    }
    Path directory = file.toAbsolutePath().resolveSibling(".");
    if (Files.getFileStore(directory).getUsableSpace() < 2 * size) {
      return;
    }
    try (FileChannel channel =
        PrivateFiles.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      byte[] piece = new byte[PIECE];
      for (long at = have; at < size; ) {
        // Zeros take no room where they are compressed away.
        ThreadLocalRandom.current().nextBytes(piece);
        ByteBuffer bytes = ByteBuffer.wrap(piece, 0, (int) Math.min(PIECE, size - at));
        while (bytes.hasRemaining()) {
          at += channel.write(bytes, at);
        }
      }
      channel.force(false);
    }
  }

  /** Gives up a piece; false if nothing is left. */
  boolean give() throws IOException {
    long have = present();
    if (have == 0) {
      return false;
    }
    try (FileChannel channel = RegularFiles.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(Math.max(0, have - PIECE));
    }
    return true;
  }

  private long present() throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException _) {
      return 0;
    }
  }
}
