package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.coordinator.files.DirectoryLock;
import dev.stockpot.merge.MergeException;
import dev.stockpot.plan.paths.RealPaths;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What of ours lies around an output, whoever it belongs to on this machine: directories that a
 * process holds (staging areas, a coordinator's data), outputs that are being written, and caches
 * of evaluations. No output may be in, at or above them.
 *
 * <p>Two who write into each other's way both claim first and look then, so one of them at least
 * sees the other.
 */
public final class Neighbours {

  /** In a cache of evaluations: who replaced such a directory would lose hours of work. */
  public static final String CACHE_MARK = ".stockpot-cache";

  /** What is to be replaced is looked through; nobody means to replace more than this. */
  private static final int MOST_ENTRIES = 100_000;

  private static final String AREA_INSIDE = ".stockpot";

  private final Path output;
  private final Path own;

  /**
   * The neighbours of an output, whose path is no link.
   *
   * @param own its staging directory, which is no neighbour; need not exist
   */
  Neighbours(Path output, Path own) {
    this.output = output;
    this.own = own;
  }

  /** The staging directory of an output that is no mount point. */
  static Path areaBeside(Path output) {
    return output.resolveSibling("." + output.getFileName() + ".stockpot");
  }

  /** The staging directory of an output that is a mount point. */
  static Path areaInside(Path output) {
    return output.resolve(AREA_INSIDE);
  }

  /**
   * Looks at all directories above.
   *
   * @throws MergeException if the output lies in or at one that is ours
   */
  void checkAbove() {
    try {
      Path parent = output.resolveSibling(".").normalize();
      checkAbove(RealPaths.of(parent).resolve(output.getFileName()));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private void checkAbove(Path real) throws IOException {
    Path mine = RealPaths.of(own);
    for (Path at = real; at.getParent() != null; at = at.getParent()) {
      check(at, "lies in");
      for (Path area : new Path[] {areaBeside(at), areaInside(at)}) {
        Optional<String> holder =
            area.equals(mine) ? Optional.empty() : DirectoryLock.holderOf(area);
        if (holder.isPresent()) {
          throw MergeException.environment(
              "%s: lies in %s, which %s is writing; wait for it, or choose another output path"
                  .formatted(output, at, holder.get()),
              null);
        }
      }
    }
  }

  /**
   * Looks through the output that is to be replaced, which is no further than its deletion will go.
   *
   * @throws MergeException if anything of ours is in it, or so much that it is hardly a checkpoint
   */
  void checkReplaced() {
    int entries = 0;
    Deque<Path> directories = new ArrayDeque<>();
    if (isDirectory(output)) {
      directories.add(output);
    }
    try {
      while (!directories.isEmpty()) {
        Path directory = directories.remove();
        check(directory, "holds");
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(directory)) {
          for (Path entry : inside) {
            if (++entries > MOST_ENTRIES) {
              throw MergeException.userInput(
                  "%s: holds more than %,d files, so it is not replaced; delete it yourself, or choose another output path"
                      .formatted(output, MOST_ENTRIES));
            }
            if (isDirectory(entry) && !entry.equals(own)) {
              directories.add(entry);
            }
          }
        } catch (NoSuchFileException _) {
          // Gone while it was looked at.
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private void check(Path directory, String verb) throws IOException {
    Optional<String> holder = DirectoryLock.holderOf(directory);
    if (holder.isPresent()) {
      throw MergeException.environment(
          "%s: %s %s, which %s is using; wait for it, or choose another output path"
              .formatted(output, verb, directory, holder.get()),
          null);
    }
    if (Files.isRegularFile(directory.resolve(CACHE_MARK), LinkOption.NOFOLLOW_LINKS)) {
      throw MergeException.userInput(
          "%s: %s %s, a cache of evaluations; choose another output path"
              .formatted(output, verb, directory));
    }
  }

  private MergeException unreadable(IOException e) {
    return MergeException.environment(
        "%s: its place cannot be looked at: %s".formatted(output, FileErrors.located(e)), e);
  }
}
