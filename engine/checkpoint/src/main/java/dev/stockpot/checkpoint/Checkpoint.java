package dev.stockpot.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a Hugging Face checkpoint directory or of one safetensors file: which tensors
 * there are and where their bytes lie. Immutable; holds no open file.
 *
 * <p>In a directory, {@code model.safetensors} counts before {@code model.safetensors.index.json},
 * as in transformers; with the index, exactly the tensors that it maps are the checkpoint's.
 */
public final class Checkpoint {
  private final Path path;
  private final List<CheckpointFile> files;
  private final SequencedMap<String, TensorLocation> tensors;
  private final List<Problem> warnings;

  private Checkpoint(
      Path path,
      List<CheckpointFile> files,
      SequencedMap<String, TensorLocation> tensors,
      List<Problem> warnings) {
    this.path = path;
    this.files = List.copyOf(files);
    this.tensors = Collections.unmodifiableSequencedMap(tensors);
    this.warnings = List.copyOf(warnings);
  }

  /**
   * Reads the index and the headers, and none of the tensors' bytes.
   *
   * @param path a directory or a {@code .safetensors} file; symbolic links are followed
   * @throws CheckpointException with all that is wrong with it
   */
  public static Checkpoint open(Path path) {
    WeightFiles found = WeightFiles.find(path);
    ProblemList problems = new ProblemList();
    List<CheckpointFile> files = new ArrayList<>();
    for (Path file : found.files()) {
      try {
        files.add(read(file));
      } catch (CheckpointException e) {
        problems.addAll(e.problems());
      }
    }
    List<Problem> warnings = new ArrayList<>(found.warnings());
    Locating locating = new Locating(found.weightMap(), problems, warnings);
    files.forEach(locating::add);
    if (found.weightMap() != null) {
      locating.checkAllFound(path, files);
    }
    problems.throwIfAny();
    return new Checkpoint(path, files, locating.tensors, warnings);
  }

  private static CheckpointFile read(Path file) {
    try {
      Instant lastModified = Files.getLastModifiedTime(file).toInstant();
      SafetensorsHeader header = SafetensorsHeader.read(file);
      return new CheckpointFile(file, header.fileSize(), lastModified, header);
    } catch (IOException e) {
      throw FileErrors.of(file, e);
    }
  }

  /** As given to {@link #open}. */
  public Path path() {
    return path;
  }

  /** The safetensors files, in the order of their names. */
  public List<CheckpointFile> files() {
    return files;
  }

  /** By name, in the order of {@link #files} and, within a file, of the bytes. */
  public SequencedMap<String, TensorLocation> tensors() {
    return tensors;
  }

  /** What was left out or looks odd, and does not make the checkpoint wrong. */
  public List<Problem> warnings() {
    return warnings;
  }

  /**
   * Gives each tensor its place, and notes the tensors that the files and the index disagree on.
   */
  private static final class Locating {
    private static final int NAMED = 3;

    private final @Nullable Map<String, String> weightMap;
    private final ProblemList problems;
    private final List<Problem> warnings;
    private final Map<String, CheckpointFile> holders = new LinkedHashMap<>();
    private final SequencedMap<String, TensorLocation> tensors = new LinkedHashMap<>();

    Locating(
        @Nullable Map<String, String> weightMap, ProblemList problems, List<Problem> warnings) {
      this.weightMap = weightMap;
      this.problems = problems;
      this.warnings = warnings;
    }

    void add(CheckpointFile file) {
      String fileName = String.valueOf(file.path().getFileName());
      List<String> unmapped = new ArrayList<>();
      for (TensorHeader tensor : file.header().tensors()) {
        String name = tensor.name();
        CheckpointFile other = holders.putIfAbsent(name, file);
        if (other != null) {
          problems.add(
              new Problem(
                  file.path().toString(),
                  name,
                  "lies in " + other.path().getFileName() + " too; keep it in one of them"));
        } else if (weightMap != null && !weightMap.containsKey(name)) {
          unmapped.add(name);
        } else if (weightMap == null || fileName.equals(weightMap.get(name))) {
          tensors.put(
              name, new TensorLocation(tensor, file, file.header().dataStart() + tensor.begin()));
        }
      }
      if (!unmapped.isEmpty()) {
        warnings.add(Problem.inFile(file.path().toString(), notMapped(unmapped)));
      }
    }

    void checkAllFound(Path directory, List<CheckpointFile> read) {
      Map<String, CheckpointFile> byName = new LinkedHashMap<>();
      read.forEach(file -> byName.put(String.valueOf(file.path().getFileName()), file));
      if (weightMap == null) {
        return;
      }
      weightMap.forEach((tensor, shard) -> {
        if (tensors.containsKey(tensor) || !byName.containsKey(shard)) {
          return;
        }
        CheckpointFile holder = holders.get(tensor);
        problems.add(
            new Problem(
                directory.resolve(shard).toString(),
                tensor,
                holder == null
                    ? "the index maps it to this file, which does not hold it; download both"
                        + " again"
                    : "the index maps it to this file, but it lies in "
                        + holder.path().getFileName()
                        + "; correct the index"));
      });
    }

    private static String notMapped(List<String> names) {
      StringBuilder out = new StringBuilder();
      out.append(names.size())
          .append(names.size() == 1 ? " tensor is" : " tensors are")
          .append(" not in the index and left out: ");
      for (String name : names.subList(0, Math.min(NAMED, names.size()))) {
        out.append(Printable.quoted(name)).append(", ");
      }
      out.setLength(out.length() - 2);
      if (names.size() > NAMED) {
        out.append(" and ").append(names.size() - NAMED).append(" more");
      }
      return out.toString();
    }
  }
}
