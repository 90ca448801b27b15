package dev.stockpot.soce;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file's text, and how to name a place in it.
 *
 * @param text a byte order mark at its start is dropped, and counts as no column
 */
record SourceText(String file, String text) {
  /** A leaderboard of thousands of models has a few megabytes. */
  private static final int LARGEST_FILE = 64 << 20;

  SourceText {
    text = text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** Reads a whole file, which must be UTF-8. */
  static SourceText of(Path file) {
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new SoceException(
            file + ": is larger than 64 MiB, which no score table is; name another file");
      }
      return new SourceText(file.toString(), decoded(file, RegularFiles.bytes(file, LARGEST_FILE)));
    } catch (NoSuchFileException e) {
      throw new SoceException(file + ": no such file", e);
    } catch (AccessDeniedException e) {
      throw new SoceException(file + ": no permission to read it", e);
    } catch (IOException e) {
      throw new SoceException(file + ": cannot be read: " + FileErrors.reason(e), e);
    }
  }

  private static String decoded(Path file, byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    if (decoder.decode(in, out, true).isError()) {
      throw new SoceException(
          file + ": is not UTF-8 at byte " + in.position() + "; save it as UTF-8");
    }
    return out.flip().toString();
  }

  public SoceException problem(long line, long column, String message) {
    return new SoceException("%s:%d:%d: %s".formatted(file, line, column, message));
  }

  public SoceException problem(String message) {
    return new SoceException(file + ": " + message);
  }
}
