package dev.stockpot.worker.storage;

import dev.stockpot.checkpoint.file.RegularFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The directories in which a worker opens files for whoever coordinates. A file counts as being
 * where it is after every link on its path was followed.
 *
 * @param directories need not exist: a file system may be mounted later
 */
public record Roots(List<Path> directories) {

  public Roots {
    directories =
        directories.stream().map(directory -> directory.toAbsolutePath().normalize()).toList();
  }

  /**
   * The real path of a regular file in one of the directories.
   *
   * @throws NoSuchFileException if there is no such file
   * @throws AccessDeniedException if it is elsewhere, or something else than a regular file
   */
  Path admit(Path path) throws IOException {
    Path real = path.toRealPath();
    if (!contains(real)) {
      throw new AccessDeniedException(
          path.toString(), null, "is outside the directories that this worker may use, " + this);
    }
    // Asked before it is opened: opening a pipe would wait for whoever writes to it.
    if (!Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isRegularFile()) {
      throw new AccessDeniedException(path.toString(), null, "is not a regular file");
    }
    return real;
  }

  /** Opens a regular file in one of the directories, as {@link #admit} says. */
  FileChannel open(Path path, OpenOption option) throws IOException {
    // Of the real path nothing is a link any more, and the last name must not have become one.
    return RegularFiles.open(admit(path), Set.of(option, LinkOption.NOFOLLOW_LINKS));
  }

  private boolean contains(Path real) {
    for (Path directory : directories) {
      try {
        if (real.startsWith(directory.toRealPath())) {
          return true;
        }
      } catch (IOException _) {
        // A directory that is not there holds no file.
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return directories.stream().map(Path::toString).collect(Collectors.joining(", "));
  }
}
