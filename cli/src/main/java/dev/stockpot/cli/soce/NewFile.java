package dev.stockpot.cli.soce;

import dev.stockpot.soce.SoceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** Files that a user asked for by name. */
final class NewFile {
  private NewFile() {}

  /**
   * Says early what would keep a file from being written.
   *
   * @throws SoceException if it exists and must not be replaced, or its directory does not
   */
  static void check(@Nullable Path file, boolean force) {
    if (file == null) {
      return;
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new SoceException(file + ": its directory does not exist; make it first");
    }
    if (Files.isDirectory(file)) {
      throw new SoceException(file + ": is a directory; name a file in it");
    }
    if (!force && Files.exists(file)) {
      throw new SoceException(file + ": exists; name another file, or replace it with --force");
    }
  }

  /** Writes all of it or nothing. */
  static Path write(Path file, String text, boolean force) throws IOException {
    check(file, force);
    Path unfinished = file.resolveSibling("." + file.getFileName() + ".new");
    try {
      Files.writeString(unfinished, text);
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    return file;
  }
}
