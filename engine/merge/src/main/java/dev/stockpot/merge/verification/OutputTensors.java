package dev.stockpot.merge.verification;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.SafetensorsHeader;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The tensors of an output that lie where its manifest's shards say.
 *
 * @param sound in the manifest's order
 * @param problems of shards that are not what was written; their tensors are not among the sound
 */
record OutputTensors(List<Stored> sound, List<Problem> problems) {

  OutputTensors {
    sound = List.copyOf(sound);
    problems = List.copyOf(problems);
  }

  /**
   * A tensor as it lies in a shard.
   *
   * @param offset of its first byte in the file
   */
  record Stored(Manifest.Tensor tensor, Path shard, long offset, long length) {

    Problem problem(String message) {
      return new Problem(shard.toString(), tensor.name(), message);
    }
  }

  /**
   * Reads the headers of the shards.
   *
   * @throws MergeException if a shard is not there at all
   */
  static OutputTensors read(Path output, Manifest manifest) {
    List<Path> missing =
        manifest.outputs().stream()
            .map(shard -> path(output, shard))
            .filter(Files::notExists)
            .toList();
    if (!missing.isEmpty()) {
      throw MergeException.userInput(
          "%s: %d of the %d shards that its manifest names are not there: %s; copy the whole directory, or merge again"
              .formatted(
                  output,
                  missing.size(),
                  manifest.outputs().size(),
                  String.join(
                      ", ",
                      missing.stream().map(path -> String.valueOf(path.getFileName())).toList())));
    }
    List<Problem> problems = new ArrayList<>();
    Map<String, Manifest.Tensor> unplaced = new HashMap<>();
    manifest.tensors().forEach(tensor -> unplaced.put(tensor.name(), tensor));
    List<Stored> sound = new ArrayList<>();
    boolean complete = true;
    for (Manifest.OutputFile shard : manifest.outputs()) {
      Path path = path(output, shard);
      try {
        complete &= place(path, shard, unplaced, sound, problems);
      } catch (CheckpointException e) {
        problems.addAll(e.problems());
        complete = false;
      }
    }
    if (complete) {
      unplaced.values().stream()
          .map(tensor ->
              new Problem(
                  output.resolve(Manifest.FILE_NAME).toString(),
                  tensor.name(),
                  "is in no shard; the manifest was changed after the merge"))
          .forEach(problems::add);
    }
    return new OutputTensors(sound, problems);
  }

  private static boolean place(
      Path path,
      Manifest.OutputFile shard,
      Map<String, Manifest.Tensor> unplaced,
      List<Stored> sound,
      List<Problem> problems) {
    long size = size(path);
    if (size != shard.size()) {
      problems.add(
          Problem.inFile(
              path.toString(),
              "has %,d bytes, %,d were written; copy it again, or merge again"
                  .formatted(size, shard.size())));
      return false;
    }
    SafetensorsHeader header = SafetensorsHeader.read(path);
    if (!header.sha256().equals(shard.headerSha256())) {
      problems.add(
          Problem.inFile(
              path.toString(), "its header is not the one that was written; merge again"));
      return false;
    }
    for (TensorHeader tensor : header.tensors()) {
      Manifest.Tensor known = unplaced.remove(tensor.name());
      if (known == null) {
        problems.add(
            new Problem(path.toString(), tensor.name(), "is not in the manifest, so not checked"));
      } else {
        sound.add(new Stored(known, path, header.dataStart() + tensor.begin(), tensor.byteSize()));
      }
    }
    return true;
  }

  /** A manifest may come from anywhere: only names of files beside it are followed. */
  private static Path path(Path output, Manifest.OutputFile shard) {
    Path path = output.resolve(shard.file());
    if (!Objects.equals(path.getFileName(), Path.of(shard.file()))) {
      throw MergeException.userInput(
          "%s: names the shard '%s', which is no file beside it"
              .formatted(output.resolve(Manifest.FILE_NAME), shard.file()));
    }
    return path;
  }

  private static long size(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: cannot be read: %s".formatted(path, FileErrors.reason(e)), e);
    }
  }
}
