package dev.stockpot.hub.cache;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Where things of one repository lie in the cache; every file appears there whole, by a rename. */
final class CachedRepository {

  private static final int LONGEST_REF = 1 << 10;
  private static final int LARGEST_TREE = 64 << 20;
  private static final String OUR_TREE = ".stockpot.json";

  private final Path root;
  private final String name;
  private final Path folder;
  private final boolean links;

  CachedRepository(Path root, String repository, boolean links) {
    this.root = root;
    this.name = "models--" + repository.replace("/", "--");
    this.folder = root.resolve(name);
    this.links = links;
  }

  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  /** A file's place among those of its commit. */
  Path pointer(HubFile file) {
    return below(snapshot(file.commit()), file.path());
  }

  Path blob(HubFile file) {
    return folder.resolve("blobs").resolve(file.etag());
  }

  Path lock(HubFile file) {
    return root.resolve(".locks").resolve(name).resolve(file.etag() + ".lock");
  }

  Path missing(String commit, String path) {
    return below(folder.resolve(".no_exist").resolve(commit), path);
  }

  private static Path below(Path directory, String path) {
    Path resolved;
    try {
      resolved = directory.resolve(path).normalize();
    } catch (InvalidPathException e) {
      throw new HubException(
          Kind.LOCAL,
          "%s: this process cannot write such a name; set LC_ALL=C.UTF-8"
              .formatted(Printable.text(path)),
          e);
    }
    if (!HubFile.isSafe(path) || !resolved.startsWith(directory)) {
      throw new IllegalArgumentException("a path that leaves its directory: " + path);
    }
    return resolved;
  }

  static Path parent(Path file) {
    return Objects.requireNonNull(file.getParent(), "a file lies in a directory");
  }

  /** What a branch or tag led to when it was asked last. */
  Optional<String> ref(String revision) {
    Path ref = below(folder.resolve("refs"), revision);
    try {
      return Files.isRegularFile(ref)
          ? Optional.of(
              new String(RegularFiles.bytes(ref, LONGEST_REF), StandardCharsets.UTF_8).strip())
          : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  void setRef(String revision, String commit) throws IOException {
    if (!revision.equals(commit) && !ref(revision).equals(Optional.of(commit))) {
      write(below(folder.resolve("refs"), revision), commit.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** What is written down of a commit's files: by huggingface_hub, or else by us. */
  Optional<byte[]> tree(String commit) {
    for (Path tree : List.of(treeFile(commit, ".json"), treeFile(commit, OUR_TREE))) {
      try {
        if (Files.isRegularFile(tree)) {
          return Optional.of(RegularFiles.bytes(tree, LARGEST_TREE));
        }
      } catch (IOException _) {
        // Then the hub is asked.
      }
    }
    return Optional.empty();
  }

  /**
   * Writes down what a commit's files are, in a file of our own: by its own, huggingface_hub takes
   * a snapshot for broken that lacks any of them, and we fetch a part.
   */
  void setTree(String commit, byte[] tree) throws IOException {
    if (tree(commit).isEmpty()) {
      write(treeFile(commit, OUR_TREE), tree);
    }
  }

  private Path treeFile(String commit, String ending) {
    return folder.resolve("trees").resolve(commit + ending);
  }

  /**
   * Makes the file appear among those of its commit: as a relative link to its blob, or itself
   * where there are no links.
   *
   * @param isNew whether this call's thread just made the blob, so that nothing else leads to it
   */
  void point(HubFile file, boolean isNew) throws IOException {
    Path pointer = pointer(file);
    Path blob = blob(file);
    Files.createDirectories(parent(pointer));
    if (isWhole(pointer, file)) {
      return;
    }
    requirePlace(file);
    Files.deleteIfExists(pointer);
    if (links) {
      try {
        Files.createSymbolicLink(pointer, parent(pointer).relativize(blob));
        return;
      } catch (FileAlreadyExistsException _) {
        return;
      } catch (UnsupportedOperationException _) {
        // This file system has none.
      } catch (FileSystemException e) {
        if (!String.valueOf(e.getReason()).contains("not permitted")
            && !String.valueOf(e.getReason()).contains("not supported")) {
          throw e;
        }
      }
    }
    if (isNew) {
      // As huggingface_hub does it: there is one of each file, and it is here.
      Files.move(blob, pointer, StandardCopyOption.REPLACE_EXISTING);
    } else {
      Path copy = beside(pointer);
      try {
        Files.copy(blob, copy);
        Files.move(copy, pointer, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(copy);
      }
    }
  }

  /**
   * Checks that nothing of a user's own is in the file's place among those of its commit: links are
   * nobody's own.
   */
  void requirePlace(HubFile file) throws FileSystemException {
    Path pointer = pointer(file);
    if (Files.exists(pointer, LinkOption.NOFOLLOW_LINKS)
        && !Files.isSymbolicLink(pointer)
        && !isWhole(pointer, file)) {
      throw new FileSystemException(
          pointer.toString(),
          null,
          "it is another file than the hub has there (%,d bytes); move it away or delete it, and try again"
              .formatted(file.size()));
    }
  }

  /** Whether the file is there with all its bytes, by their number. */
  static boolean isWhole(Path path, HubFile file) {
    try {
      return Files.isRegularFile(path) && Files.size(path) == file.size();
    } catch (IOException _) {
      return false;
    }
  }

  private static Path beside(Path file) {
    return file.resolveSibling(
        file.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8) + ".tmp");
  }

  static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(parent(file));
    Path next = beside(file);
    try {
      Files.write(next, bytes);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(next);
    }
  }
}
