package dev.stockpot.coordinator.journal;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.coordinator.files.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * An append-only file of lines, each its CRC-32C in eight hex digits, a space, and one JSON text.
 * It is open only while it is read or written.
 *
 * <p>A line is on storage when {@link #append} returns. A crash can leave a torn last line, which
 * was never acknowledged: reading the file cuts it off, so it is to be read before it is written
 * again. A damaged line with whole lines after it is not the work of a crash and is an error.
 */
public record JournalFile(Path file, boolean shared) {

  private static final int PREFIX = 9;
  private static final int LARGEST = Integer.MAX_VALUE - 8;
  private static final String UNFINISHED = ".new";

  /** A file that is for this user only. */
  public static JournalFile of(Path file) {
    return new JournalFile(file, false);
  }

  /** A file that is for whom the umask lets read it. */
  public static JournalFile shared(Path file) {
    return new JournalFile(file, true);
  }

  /** Writes one entry and forces it to storage; creates the file if need be. */
  void append(String json) throws IOException {
    boolean created = Files.notExists(file);
    if (created) {
      makeDirectory();
    }
    try (FileChannel channel = open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      if (created) {
        forceDirectory();
      }
      long start = channel.size();
      ByteBuffer line = ByteBuffer.wrap(line(json));
      try {
        while (line.hasRemaining()) {
          channel.write(line, start + line.position());
        }
        channel.force(false);
      } catch (IOException e) {
        channel.truncate(start);
        throw e;
      }
    }
  }

  /**
   * Puts these entries in place of all that the file holds: after a crash it holds either. Creates
   * the file if need be.
   */
  public void replace(List<String> entries) throws IOException {
    makeDirectory();
    Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
    try (FileChannel channel =
        open(
            unfinished,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      for (String entry : entries) {
        ByteBuffer line = ByteBuffer.wrap(line(entry));
        while (line.hasRemaining()) {
          channel.write(line);
        }
      }
      channel.force(false);
    } catch (IOException e) {
      // On a full file system it would keep what little room there was.
      Files.deleteIfExists(unfinished);
      throw e;
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    forceDirectory();
  }

  private void makeDirectory() throws IOException {
    Path directory = file.toAbsolutePath().resolveSibling(".");
    if (shared) {
      Files.createDirectories(directory);
    } else {
      PrivateFiles.makeDirectory(directory);
    }
  }

  private FileChannel open(Path path, OpenOption... options) throws IOException {
    return shared ? RegularFiles.open(path, options) : PrivateFiles.open(path, options);
  }

  /** The entry of a file that was written with one; empty if it is not whole. Changes nothing. */
  public Optional<String> onlyEntry() throws IOException {
    byte[] bytes = RegularFiles.bytes(file, LARGEST);
    int end = bytes.length - 1;
    return end >= 0 && bytes[end] == '\n' && isWhole(bytes, 0, end)
        ? Optional.of(new String(bytes, PREFIX, end - PREFIX, StandardCharsets.UTF_8))
        : Optional.empty();
  }

  private static byte[] line(String json) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    ByteBuffer line = ByteBuffer.allocate(PREFIX + text.length + 1);
    line.put(
        (HexFormat.of().toHexDigits((int) crc(text, 0, text.length)) + " ")
            .getBytes(StandardCharsets.US_ASCII));
    line.put(text).put((byte) '\n');
    return line.array();
  }

  /** Hands over every entry, oldest first; none where there is no file. */
  void forEach(Consumer<String> entries) throws IOException {
    if (Files.notExists(file)) {
      return;
    }
    byte[] bytes = RegularFiles.bytes(file, LARGEST);
    int start = 0;
    while (start < bytes.length) {
      int end = start;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      if (end == bytes.length || !isWhole(bytes, start, end)) {
        cutOff(start, end, bytes.length);
        return;
      }
      entries.accept(
          new String(bytes, start + PREFIX, end - start - PREFIX, StandardCharsets.UTF_8));
      start = end + 1;
    }
  }

  private void cutOff(int start, int end, int length) throws IOException {
    if (end < length - 1) {
      throw new IOException(
          "%s: the entry at byte %d is damaged, and others follow it; restore the file, or delete its directory to begin anew"
              .formatted(file, start));
    }
    try (FileChannel channel = RegularFiles.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(start);
      channel.force(false);
    }
  }

  private static boolean isWhole(byte[] bytes, int start, int end) {
    int length = end - start - PREFIX;
    if (length < 0 || bytes[start + PREFIX - 1] != ' ') {
      return false;
    }
    String crc = new String(bytes, start, PREFIX - 1, StandardCharsets.US_ASCII);
    return crc.equals(HexFormat.of().toHexDigits((int) crc(bytes, start + PREFIX, length)));
  }

  private static long crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return crc.getValue();
  }

  /** A new file is only there after a crash if its directory says so. */
  private void forceDirectory() throws IOException {
    Path directory = file.toAbsolutePath().resolveSibling(".");
    RegularFiles.forceDirectory(directory);
  }
}
