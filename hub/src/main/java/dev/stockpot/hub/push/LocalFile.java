package dev.stockpot.hub.push;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.hub.HubException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/**
 * A file that is to be in the repository, as it was when it was chosen.
 *
 * @param path in the repository, with {@code /}
 * @param size in bytes
 */
public record LocalFile(String path, Path file, long size, FileTime lastModified) {

  /** The hub looks at so many of a file's first bytes to tell what it is. */
  private static final int SAMPLE = 512;

  /** What is no large file travels within the commit. */
  private static final int LARGEST_WITHIN = 32 << 20;

  /**
   * A file as it is now.
   *
   * @throws HubException if it cannot be read
   */
  public static LocalFile of(String path, Path file) {
    try {
      return new LocalFile(path, file, RegularFiles.size(file), Files.getLastModifiedTime(file));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Checks that it is still what was chosen.
   *
   * @throws HubException if not
   */
  void checkSame() {
    if (!of(path, file).equals(this)) {
      throw changed();
    }
  }

  HubException changed() {
    return new HubException(
        HubException.Kind.LOCAL,
        Printable.text(file.toString())
            + ": was changed while it was pushed, so no commit was made; push again when it is"
            + " finished");
  }

  byte[] sample() {
    try (InputStream in = RegularFiles.stream(file)) {
      return in.readNBytes(SAMPLE);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * All of it.
   *
   * @throws HubException if it is larger than a commit takes
   */
  byte[] bytes() {
    if (size > LARGEST_WITHIN) {
      throw new HubException(
          HubException.Kind.REFUSED,
          "%s: the hub wants its %,d bytes within the commit, which takes files of at most 32 MiB; add '%s filter=lfs' to the repository's .gitattributes"
              .formatted(Printable.text(path), size, Printable.word(path)));
    }
    try {
      return RegularFiles.bytes(file, (int) size);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static HubException unreadable(Path file, IOException e) {
    return new HubException(
        HubException.Kind.LOCAL,
        Printable.text(file.toString()) + ": cannot be read: " + FileErrors.reason(e),
        e);
  }
}
