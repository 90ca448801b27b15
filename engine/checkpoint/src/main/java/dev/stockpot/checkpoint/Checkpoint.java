package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemList;
import dev.stockpot.checkpoint.safetensors.SafetensorsHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The weights of a Hugging Face checkpoint directory or of one safetensors file: which tensors
 * there are and where their bytes lie. Immutable; holds no open file.
 *
 * <p>In a directory, {@code model.safetensors} counts before {@code model.safetensors.index.json},
 * as in transformers; with the index, the tensors of the shards that it lists are the checkpoint's,
 * each from the shard that it is mapped to.
 */
public final class Checkpoint {
  private final Path path;
  private final List<CheckpointFile> files;
  private final SequencedMap<String, TensorLocation> tensors;
  private final List<String> unlisted;
  private final List<Problem> warnings;

  private Checkpoint(
      Path path, List<CheckpointFile> files, TensorPlaces places, List<Problem> warnings) {
    this.path = path;
    this.files = List.copyOf(files);
    this.tensors = Collections.unmodifiableSequencedMap(places.tensors());
    this.unlisted = List.copyOf(places.unlisted());
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
    TensorPlaces places = new TensorPlaces(path, found.weightMap(), problems, warnings);
    files.forEach(places::add);
    places.checkAllFound();
    problems.throwIfAny();
    return new Checkpoint(path, files, places, warnings);
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

  /**
   * What a path is, and what to give instead, if it is no checkpoint by its name alone: no
   * directory and no {@code .safetensors} file, or a link that leads nowhere. Empty also where
   * nothing is.
   */
  public static Optional<String> refusedByName(Path path) {
    return WeightFiles.refusedByName(path);
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

  /** The tensors of listed shards that the index does not list, sorted; warnings name them too. */
  public List<String> unlisted() {
    return unlisted;
  }

  /** What was left out or looks odd, and does not make the checkpoint wrong. */
  public List<Problem> warnings() {
    return warnings;
  }

  /**
   * A safetensors file of a checkpoint, as it was when its header was read.
   *
   * @param lastModified taken before the header was read, so that a later change shows
   */
  public record CheckpointFile(
      Path path, long size, Instant lastModified, SafetensorsHeader header) {}
}
