package dev.stockpot.checkpoint.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What directories hold. What the file system refuses is an {@link IOException}, be it at the top
 * or on the way.
 */
public final class FileTrees {
  private FileTrees() {}

  /** What lies directly in a directory, in no order; empty where there is none. */
  public static List<Path> entries(Path directory) throws IOException {
    if (Files.notExists(directory)) {
      return List.of();
    }
    RegularFiles.requireDirectory(directory);
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  /** A directory and all below it, each before what it holds; links are not followed. */
  public static List<Path> all(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.toList();
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  /** Deletes a file, or a directory and all below it; nothing where there is none. */
  public static void delete(Path tree) throws IOException {
    if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      for (Path path : all(tree).reversed()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
