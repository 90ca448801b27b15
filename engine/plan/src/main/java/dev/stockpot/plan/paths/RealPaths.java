package dev.stockpot.plan.paths;

import dev.stockpot.checkpoint.file.FileWait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a path leads once all links are followed, whether or not it exists yet. */
public final class RealPaths {
  /** As Linux does: more links than this are taken for a loop. */
  private static final int MAX_LINKS = 40;

  private RealPaths() {}

  /**
   * Follows the links of the longest prefix that exists, dangling links included, and appends the
   * rest.
   *
   * @throws IOException for a loop of links
   */
  public static Path of(Path path) throws IOException {
    Path real = path;
    FileWait.at(path);
    for (int links = 0; links <= MAX_LINKS; links++) {
      Path existing = longestExisting(real);
      Path rest = existing.relativize(real);
      Path resolved = existing.toRealPath();
      Path next = resolved.resolve(rest).normalize();
      Path first = resolved.resolve(rest.getName(0)).normalize();
      if (!Files.isSymbolicLink(first) || Files.exists(first)) {
        return next;
      }
      Path target = resolved.resolve(Files.readSymbolicLink(first));
      real = target.resolve(rest.getName(0).relativize(rest)).normalize();
    }
    throw new IOException("too many symbolic links");
  }

  /** Exists with its links followed; the root of the file system always does. */
  static Path longestExisting(Path path) {
    Path existing = path;
    while (!Files.exists(existing)) {
      Path parent = existing.getParent();
      if (parent == null) {
        return existing;
      }
      existing = parent;
    }
    return existing;
  }
}
