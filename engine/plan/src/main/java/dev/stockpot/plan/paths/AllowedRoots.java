package dev.stockpot.plan.paths;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The directories in which plans may read and write, all links followed: those of the roots and
 * those of the paths.
 */
public final class AllowedRoots {

  private static final AllowedRoots EVERYWHERE = new AllowedRoots(List.of(Path.of("/")), true);

  private final List<Path> roots;
  private final boolean everywhere;

  private AllowedRoots(List<Path> roots, boolean everywhere) {
    this.roots = roots;
    this.everywhere = everywhere;
  }

  /** For a user who plans with files of their own. */
  public static AllowedRoots everywhere() {
    return EVERYWHERE;
  }

  /**
   * Nothing outside of these, and nothing at all where there are none.
   *
   * @param roots need not exist yet
   */
  public static AllowedRoots of(List<Path> roots) {
    return new AllowedRoots(
        roots.stream().map(root -> root.toAbsolutePath().normalize()).distinct().toList(), false);
  }

  /**
   * Whether a path lies inside a root, and is not the root itself.
   *
   * @param real the path with its links followed
   */
  public boolean allow(Path real) {
    return everywhere
        || roots.stream()
            .flatMap(root -> real(root).stream())
            .anyMatch(root -> real.startsWith(root) && !real.equals(root));
  }

  /** Of the user who plans with files of their own; nobody else's is known. */
  Optional<Path> home() {
    return everywhere ? Optional.of(Path.of(System.getProperty("user.home"))) : Optional.empty();
  }

  /** Blocks. A link in a checkpoint's directory, or below, that leads out of the roots. */
  public Optional<Path> linkOutOf(Path checkpoint) {
    if (everywhere || !Files.isDirectory(checkpoint)) {
      return Optional.empty();
    }
    LinkSearch search = new LinkSearch();
    try {
      Path real = RealPaths.of(checkpoint);
      Files.walkFileTree(real, search);
      return search.found.map(link -> checkpoint.resolve(real.relativize(link)));
    } catch (IOException e) {
      // The planner says what is wrong with a directory that cannot be read.
      return Optional.empty();
    }
  }

  /** Looks at all links, and passes over what cannot be read: nobody reads it through Stockpot. */
  private final class LinkSearch extends SimpleFileVisitor<Path> {
    private Optional<Path> found = Optional.empty();

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isSymbolicLink() && real(file).filter(AllowedRoots.this::allow).isEmpty()) {
        found = Optional.of(file);
        return FileVisitResult.TERMINATE;
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }

  private static Optional<Path> real(Path path) {
    try {
      return Optional.of(RealPaths.of(path));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** For messages. */
  @Override
  public String toString() {
    return roots.isEmpty()
        ? "none"
        : roots.stream().map(Path::toString).collect(Collectors.joining(", "));
  }
}
