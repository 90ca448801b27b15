package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileWait;
import dev.stockpot.checkpoint.file.HubCache;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemGroups;
import dev.stockpot.checkpoint.problem.ProblemList;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The files that a path's weights lie in, by their names alone.
 *
 * @param files in the order of their names
 * @param weightMap the index's, where there is one that counts
 */
record WeightFiles(
    List<Path> files, @Nullable Map<String, String> weightMap, List<Problem> warnings) {
  static final String SINGLE = "model.safetensors";
  private static final int STRAYS_NAMED = 5;
  static final String SUFFIX = ".safetensors";

  static WeightFiles find(Path path) {
    FileWait.at(path);
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.isDirectory() ? inDirectory(path) : single(path);
    } catch (NoSuchFileException e) {
      throw new CheckpointException(missing(path), e);
    } catch (AccessDeniedException e) {
      throw new CheckpointException(Problem.inFile(path.toString(), "no permission to read it"), e);
    } catch (IOException e) {
      throw FileErrors.of(path, e);
    }
  }

  private static Problem missing(Path path) {
    String shown = path.toString();
    if (Files.isSymbolicLink(path)) {
      return Problem.inFile(shown, HubCache.danglingLink(path));
    }
    if (HubReference.matches(shown) && !Files.exists(path.subpath(0, 1))) {
      return Problem.inFile(
          shown,
          "does not exist here; if it is a model on the hub: hub references are not supported yet,"
              + " download it first (hf download "
              + shown
              + " --local-dir "
              + path.getFileName()
              + ") and give its directory");
    }
    return Problem.inFile(
        shown, "does not exist; give the directory of a checkpoint or a .safetensors file");
  }

  static Optional<String> refusedByName(Path path) {
    if (!Files.exists(path)) {
      return Files.isSymbolicLink(path)
          ? Optional.of(HubCache.danglingLink(path))
          : Optional.empty();
    }
    String name = String.valueOf(path.getFileName());
    if (Files.isDirectory(path) || name.endsWith(SUFFIX)) {
      return Optional.empty();
    }
    Path parent = path.toAbsolutePath().getParent();
    Path directory = parent == null ? path : parent;
    String shown = Printable.text(directory.toString());
    if (name.endsWith(ShardIndex.FILE_NAME)) {
      return Optional.of(
          "is the index of a checkpoint; give the directory that it lies in: " + shown);
    }
    if (name.endsWith(".json")) {
      return Optional.of("is no checkpoint; give the directory that it lies in: " + shown);
    }
    return OtherFormat.of(name)
        .map(format -> format.what + "; " + format.cure(directory))
        .or(() ->
            Optional.of(
                "is neither a directory nor a .safetensors file; give the checkpoint's"
                    + " directory"));
  }

  private static WeightFiles single(Path path) {
    Optional<String> other = refusedByName(path);
    if (other.isPresent()) {
      throw new CheckpointException(Problem.inFile(path.toString(), other.get()));
    }
    return new WeightFiles(List.of(path), null, List.of());
  }

  /**
   * As transformers looks: {@code model.safetensors} counts before an index, which is then only
   * reported.
   */
  private static WeightFiles inDirectory(Path directory) throws IOException {
    TreeSet<String> names = names(directory);
    Path config = directory.resolve(HfConfig.FILE_NAME);
    if (names.contains(HfConfig.FILE_NAME) && !Files.exists(config)) {
      throw new CheckpointException(
          Problem.inFile(config.toString(), HubCache.danglingLink(config)));
    }
    if (names.contains(SINGLE)) {
      List<Problem> warnings = strays(directory, names, List.of(SINGLE));
      if (names.contains(ShardIndex.FILE_NAME)) {
        warnings.addFirst(
            Problem.inFile(
                directory.resolve(ShardIndex.FILE_NAME).toString(),
                "not read: model.safetensors lies beside it and counts first, as in transformers"));
      }
      return new WeightFiles(List.of(directory.resolve(SINGLE)), null, warnings);
    }
    if (names.contains(ShardIndex.FILE_NAME)) {
      return sharded(directory, names);
    }
    throw new CheckpointException(WeightlessDirectory.problem(directory, names));
  }

  private static WeightFiles sharded(Path directory, TreeSet<String> names) {
    Path indexFile = directory.resolve(ShardIndex.FILE_NAME);
    Map<String, String> weightMap = ShardIndex.read(indexFile);
    Map<String, Integer> counts = ShardIndex.tensorsByFile(weightMap);
    ProblemList problems = new ProblemList();
    List<Path> files = new ArrayList<>();
    counts.forEach((shard, tensors) -> {
      Path file = directory.resolve(shard);
      FileWait.at(file);
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        problems.add(
            Problem.inFile(
                file.toString(),
                "the shard is missing; the index maps %d tensors to it; download it"
                    .formatted(tensors)));
      } else if (leadsOut(directory, file)) {
        problems.add(
            Problem.inFile(
                file.toString(), "lies in a linked directory, outside of the checkpoint; move it"));
      }
      files.add(file);
    });
    problems.throwIfAny();
    return new WeightFiles(
        files, weightMap, strays(directory, names, List.copyOf(counts.keySet())));
  }

  /** Files may be links, as in the hub's cache; directories of a checkpoint are its own. */
  private static boolean leadsOut(Path directory, Path file) {
    Path parent = file.getParent();
    if (parent == null || parent.equals(directory)) {
      return false;
    }
    try {
      return !parent.toRealPath().startsWith(directory.toRealPath());
    } catch (IOException e) {
      throw FileErrors.of(file, e);
    }
  }

  private static List<Problem> strays(Path directory, TreeSet<String> names, List<String> used) {
    TreeSet<String> strays = new TreeSet<>(names);
    strays.removeIf(name -> !name.endsWith(SUFFIX) || Adapters.isWeights(name));
    used.forEach(strays::remove);
    List<Problem> warnings = new ArrayList<>();
    if (names.contains(Adapters.CONFIG)) {
      warnings.add(Adapters.besideWeights(directory));
    }
    if (strays.size() == 1) {
      warnings.add(
          Problem.inFile(
              directory.resolve(strays.first()).toString(),
              "not read: this safetensors file is no part of the checkpoint"));
    } else if (!strays.isEmpty()) {
      warnings.add(
          Problem.inFile(
              directory.toString(),
              "not read: %d safetensors files here are no part of the checkpoint: %s"
                  .formatted(
                      strays.size(), ProblemGroups.patterns(List.copyOf(strays), STRAYS_NAMED))));
    }
    return warnings;
  }

  static TreeSet<String> names(Path directory) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
    }
    return names;
  }
}
