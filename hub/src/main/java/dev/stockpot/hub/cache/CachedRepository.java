package dev.stockpot.hub.cache;

import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.hub.HubFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Where things of one repository lie in the cache; every file appears there whole, by a rename. */
final class CachedRepository {

  private static final int LONGEST_REF = 1 << 10;
  private static final int LARGEST_TREE = 256 << 20;

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
    Path resolved = directory.resolve(path).normalize();
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

  Optional<byte[]> tree(String commit) {
    Path tree = treeFile(commit);
    try {
      return Files.isRegularFile(tree)
          ? Optional.of(RegularFiles.bytes(tree, LARGEST_TREE))
          : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  void setTree(String commit, byte[] tree) throws IOException {
    if (Files.notExists(treeFile(commit))) {
      write(treeFile(commit), tree);
    }
  }

  private Path treeFile(String commit) {
    return folder.resolve("trees").resolve(commit + ".json");
  }

  /** Makes the file appear among those of its commit: as a relative link to its blob, or itself. */
  void point(HubFile file) throws IOException {
    Path pointer = pointer(file);
    Path blob = blob(file);
    Files.createDirectories(parent(pointer));
    if (Files.exists(pointer, LinkOption.NOFOLLOW_LINKS)) {
      if (isWhole(pointer, file)) {
        return;
      }
      Files.delete(pointer);
    }
    if (links) {
      try {
        Files.createSymbolicLink(pointer, parent(pointer).relativize(blob));
        return;
      } catch (FileAlreadyExistsException _) {
        return;
      } catch (UnsupportedOperationException | FileSystemException _) {
        // This file system has none.
      }
    }
    // As huggingface_hub does it: there is one of each file, and it is here.
    Files.move(blob, pointer, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Whether the file is there with all its bytes, by their number. */
  static boolean isWhole(Path path, HubFile file) {
    try {
      return Files.isRegularFile(path) && Files.size(path) == file.size();
    } catch (IOException _) {
      return false;
    }
  }

  static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(parent(file));
    Path next =
        file.resolveSibling(
            file.getFileName() + "." + UUID.randomUUID().toString().substring(0, 8) + ".tmp");
    try {
      Files.write(next, bytes);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(next);
    }
  }
}
