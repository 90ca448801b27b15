package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.checkpoint.file.FirstBytes;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files beside the weights that a checkpoint needs to be loaded and passed on: configuration,
 * tokenizer, chat templates, processors, Python code, the modules of sentence-transformers,
 * licences, and whatever else is small and neither weights nor the state of a training. No model
 * card.
 *
 * <p>Small weights belong to it where {@code modules.json} names their folder: they are part of the
 * model, and nobody merges them.
 */
public final class SidecarFiles {
  static final String TRAINING = "training state";
  static final String ADAPTER = "an adapter";
  static final String WEIGHTS = "other weights";
  private static final String LARGE = "too large to be copied";
  private static final String POINTER = "a Git LFS pointer, not the file itself";
  private static final String LINK = "a link that leads elsewhere";

  /** Of what is known by no name. */
  private static final long LARGEST = 64L << 20;

  private static final long LARGEST_TOGETHER = 256L << 20;
  private static final int MOST_FILES = 1_000;
  private static final int DEEPEST = 8;
  private static final int NAMED = 8;
  private static final Pattern SHARED_BLOB = Pattern.compile("blobs/[0-9a-f]{2}/[0-9a-f]{64}");

  /**
   * One file.
   *
   * @param name relative to the checkpoint's directory, with {@code /} between its parts
   * @param source the file itself, symbolic links resolved
   * @param size in bytes
   */
  public record Sidecar(String name, Path source, long size) {}

  /** A part of a folder was found that keeps all of it from being copied. */
  private static final class LeftBehindException extends Exception {
    @java.io.Serial private static final long serialVersionUID = 1;

    LeftBehindException(String reason) {
      super(reason, null, false, false);
    }
  }

  private final Path directory;
  private final Set<String> modules;
  private final List<Sidecar> found = new ArrayList<>();
  private final Map<String, String> left = new LinkedHashMap<>();
  private @Nullable Set<String> shards;
  private int unknownFiles;
  private long unknownBytes;

  private SidecarFiles(Path directory) {
    this.directory = directory;
    this.modules = SidecarNames.moduleFolders(directory);
  }

  /**
   * Looks through a checkpoint's directory.
   *
   * @throws CheckpointException if the directory, or a file that is known by its name, cannot be
   *     read, or is a pipe, a socket or a device, or a Git LFS pointer or a server's error in the
   *     file's place
   */
  public static SidecarFiles of(Path directory) {
    SidecarFiles files = new SidecarFiles(directory);
    files.look();
    files.found.sort(Comparator.comparing(Sidecar::name));
    return files;
  }

  /** Lists them by name; throws as {@link #of} does. */
  public static List<Sidecar> in(Path directory) {
    return List.copyOf(of(directory).found);
  }

  /**
   * Whether a file of this name, relative to a checkpoint's directory, belongs to one wherever it
   * is found: by its name alone it is no work of a user's own.
   */
  public static boolean isKnown(String name) {
    return SidecarNames.isKnown(name);
  }

  /**
   * Whether a file of this name, relative to a checkpoint's directory, is weights or the state of a
   * training, by the names of it and of its folders alone.
   */
  public static boolean isWeightsOrTraining(String name) {
    String[] parts = name.split("/", -1);
    for (int i = 0; i < parts.length - 1; i++) {
      if (SidecarNames.againstFolder(parts[i]).isPresent()) {
        return true;
      }
    }
    String last = last(name);
    return SidecarNames.isWeights(last)
        || SidecarNames.againstFile(last).filter(TRAINING::equals).isPresent();
  }

  /** One line that names what is not copied, and why; empty where that is nothing. */
  public Optional<String> leftBehind() {
    if (left.isEmpty()) {
      return Optional.empty();
    }
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    left.entrySet().stream()
        .limit(NAMED)
        .forEach(each ->
            byReason
                .computeIfAbsent(each.getValue(), _ -> new ArrayList<>())
                .add(Printable.text(each.getKey())));
    List<String> groups = new ArrayList<>();
    byReason.forEach((reason, names) -> groups.add(String.join(", ", names) + " (" + reason + ")"));
    int more = left.size() - NAMED;
    return Optional.of(
        "not copied from %s: %s%s"
            .formatted(
                Printable.text(directory.toString()),
                String.join("; ", groups),
                more > 0 ? "; and %,d more".formatted(more) : ""));
  }

  /** One line that names weights that are copied without being merged; empty where none are. */
  public Optional<String> copiedWeights() {
    List<String> names =
        found.stream()
            .map(Sidecar::name)
            .filter(name -> SidecarNames.isWeights(last(name)))
            .map(Printable::text)
            .toList();
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s: copied as they are, not merged: %s, weights of modules that modules.json names"
                .formatted(Printable.text(directory.toString()), String.join(", ", names)));
  }

  private void look() {
    for (Path entry : entries(directory)) {
      String name = String.valueOf(entry.getFileName());
      try {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          if (!SidecarNames.isReplaced(name) && !SidecarNames.isCache(name)) {
            folder(entry, name);
          }
        } else if (SidecarNames.isKnown(name)) {
          known(entry, name);
        } else if (!SidecarNames.isReplaced(name) && !SidecarNames.isCache(name)) {
          file(entry, name, found);
        }
      } catch (LeftBehindException e) {
        leave(name, entry, String.valueOf(e.getMessage()));
      }
    }
  }

  private void leave(String name, Path entry, String reason) {
    left.put(Files.isDirectory(entry) ? name + "/" : name, reason);
  }

  /** All of it, or nothing. */
  private void folder(Path folder, String name) throws LeftBehindException {
    List<Sidecar> inside = new ArrayList<>();
    int files = unknownFiles;
    long bytes = unknownBytes;
    try {
      walk(folder, name, 1, inside);
    } catch (LeftBehindException e) {
      unknownFiles = files;
      unknownBytes = bytes;
      throw e;
    }
    found.addAll(inside);
  }

  private void walk(Path folder, String prefix, int depth, List<Sidecar> inside)
      throws LeftBehindException {
    Optional<String> against = SidecarNames.againstFolder(last(prefix));
    if (against.isPresent() || depth > DEEPEST) {
      throw new LeftBehindException(against.orElse(LARGE));
    }
    for (Path entry : entries(folder)) {
      String simple = String.valueOf(entry.getFileName());
      String name = prefix + "/" + simple;
      if (SidecarNames.isCache(simple)) {
        continue;
      }
      if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        walk(entry, name, depth + 1, inside);
      } else {
        file(entry, name, inside);
      }
    }
  }

  /** The checkpoint's own, which may lie in folders; an index that is damaged is its reader's. */
  private Set<String> shards() {
    if (shards == null) {
      Path index = directory.resolve(ShardIndex.FILE_NAME);
      try {
        shards = Files.exists(index) ? Set.copyOf(ShardIndex.read(index).values()) : Set.of();
      } catch (CheckpointException _) {
        shards = Set.of();
      }
    }
    return shards;
  }

  private void known(Path path, String name) {
    try {
      Path source = path.toRealPath();
      if (!Files.isDirectory(source)) {
        Optional<String> other = FirstBytes.recognise(source, name);
        if (other.isPresent()) {
          throw new CheckpointException(Problem.inFile(path.toString(), other.get()));
        }
        found.add(new Sidecar(name, source, RegularFiles.size(source)));
      }
    } catch (IOException e) {
      throw FileErrors.of(path, e);
    }
  }

  private void file(Path path, String name, List<Sidecar> into) throws LeftBehindException {
    String simple = last(name);
    Optional<String> against = SidecarNames.againstFile(simple);
    if (against.isPresent()) {
      throw new LeftBehindException(against.get());
    }
    if (SidecarNames.isWeights(simple) && modules.stream().noneMatch(name::startsWith)) {
      if (shards().contains(name)) {
        return;
      }
      throw new LeftBehindException(WEIGHTS);
    }
    try {
      Path source = path.toRealPath();
      if (Files.isSymbolicLink(path) && !belongs(source)) {
        throw new LeftBehindException(LINK);
      }
      if (!Files.isRegularFile(source)) {
        throw new LeftBehindException("no regular file");
      }
      if (FirstBytes.recognise(source, "").isPresent()) {
        throw new LeftBehindException(POINTER);
      }
      long size = RegularFiles.size(source);
      unknownFiles++;
      unknownBytes += size;
      if (size > LARGEST || unknownBytes > LARGEST_TOGETHER || unknownFiles > MOST_FILES) {
        throw new LeftBehindException(LARGE);
      }
      into.add(new Sidecar(name, source, size));
    } catch (IOException e) {
      throw new LeftBehindException(FileErrors.reason(e));
    }
  }

  /**
   * In the directory itself, or in the store of a hub's cache, whose snapshots are all links: that
   * of its model, or the one that the cache's models share.
   */
  private boolean belongs(Path source) throws IOException {
    Path real = directory.toRealPath();
    if (source.startsWith(real)) {
      return true;
    }
    for (Path at = real; at != null; at = at.getParent()) {
      Path model = at.getParent();
      if (at.endsWith("snapshots") && model != null) {
        Path root = model.getParent();
        return source.startsWith(model.resolve("blobs"))
            || (root != null
                && source.startsWith(root.resolve("blobs"))
                && SHARED_BLOB.matcher(root.relativize(source).toString()).matches());
      }
    }
    return false;
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static List<Path> entries(Path directory) {
    try {
      RegularFiles.requireDirectory(directory);
      return FileTrees.entries(directory).stream().sorted().toList();
    } catch (IOException e) {
      throw FileErrors.of(directory, e);
    }
  }
}
