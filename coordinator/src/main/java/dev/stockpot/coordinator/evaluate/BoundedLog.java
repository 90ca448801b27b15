package dev.stockpot.coordinator.evaluate;

import dev.stockpot.checkpoint.problem.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a process prints, in a file that cannot grow without bound: of a flood it holds the
 * beginning and the end, and a note between them.
 */
final class BoundedLog {

  static final int HEAD = 8 << 20;
  static final int TAIL = 64 << 10;

  private static final int QUOTED_LINES = 20;
  private static final int QUOTED_CHARACTERS = 4000;

  private final Path file;
  private final byte[] ring = new byte[TAIL];
  private long total;

  BoundedLog(Path file) {
    this.file = file;
  }

  /**
   * Reads until the end. The process never waits for storage that is full: what cannot be written
   * is read all the same.
   */
  void drain(InputStream printed) {
    byte[] buffer = new byte[8192];
    try (OutputStream head = Files.newOutputStream(file)) {
      for (int n = printed.read(buffer); n >= 0; n = printed.read(buffer)) {
        int room = (int) Math.max(0, HEAD - total);
        head.write(buffer, 0, Math.min(n, room));
        keep(buffer, n);
      }
      writeEnd(head);
    } catch (IOException | UncheckedIOException e) {
      keep(("[the log ends here: " + e + "]\n").getBytes(StandardCharsets.UTF_8));
      discard(printed);
    }
  }

  private void discard(InputStream printed) {
    try {
      printed.transferTo(OutputStream.nullOutputStream());
    } catch (IOException _) {
      // The stream ended with its process.
    }
  }

  private void keep(byte[] bytes) {
    keep(bytes, bytes.length);
  }

  private synchronized void keep(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      ring[(int) ((total + i) % TAIL)] = bytes[i];
    }
    total += length;
  }

  private synchronized void writeEnd(OutputStream out) throws IOException {
    long behindHead = total - HEAD;
    if (behindHead <= 0) {
      return;
    }
    int kept = (int) Math.min(TAIL, behindHead);
    if (kept < behindHead) {
      out.write(
          "\n[%,d bytes are left out here, so that the log stays short]\n"
              .formatted(behindHead - kept)
              .getBytes(StandardCharsets.UTF_8));
    }
    out.write(last(kept));
  }

  private byte[] last(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = ring[(int) ((total - count + i) % TAIL)];
    }
    return bytes;
  }

  /** The last lines, without blank ones and without characters that a terminal would obey. */
  synchronized String tail() {
    String text = new String(last((int) Math.min(TAIL, total)), StandardCharsets.UTF_8);
    List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
    String quoted =
        lines.subList(Math.max(0, lines.size() - QUOTED_LINES), lines.size()).stream()
            .map(line -> Printable.line(line.replace('\t', ' ').strip()))
            .collect(Collectors.joining("\n"));
    return quoted.substring(Math.max(0, quoted.length() - QUOTED_CHARACTERS));
  }
}
