package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.Checkpoint.CheckpointFile;
import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemGroups;
import dev.stockpot.checkpoint.problem.ProblemList;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Gives each tensor its place, and notes the tensors that the files and the index disagree on.
 *
 * <p>Where two shards hold a tensor, the index decides. A tensor in a listed shard that the index
 * does not list is taken from there: transformers loads whole shards, so it loads it too.
 */
final class TensorPlaces {
  private static final int NAMED = 5;

  private final Path path;
  private final @Nullable Map<String, String> weightMap;
  private final ProblemList problems;
  private final List<Problem> warnings;
  private final Map<String, CheckpointFile> files = new LinkedHashMap<>();
  private final SequencedMap<String, TensorLocation> tensors = new LinkedHashMap<>();
  private final SortedSet<String> unlisted = new TreeSet<>();

  /** Of tensors that do not lie where the index maps them, a shard that holds them. */
  private final Map<String, String> elsewhere = new LinkedHashMap<>();

  /**
   * Starts with no file.
   *
   * @param path of the checkpoint
   * @param weightMap of its index, if it has one that counts
   */
  TensorPlaces(
      Path path,
      @Nullable Map<String, String> weightMap,
      ProblemList problems,
      List<Problem> warnings) {
    this.path = path;
    this.weightMap = weightMap;
    this.problems = problems;
    this.warnings = warnings;
  }

  void add(CheckpointFile file) {
    String shard = weightMap == null ? "" : path.relativize(file.path()).toString();
    files.put(shard, file);
    List<String> notListed = new ArrayList<>();
    Map<String, List<String>> stale = new TreeMap<>();
    for (TensorHeader tensor : file.header().tensors()) {
      String name = tensor.name();
      String mapped = weightMap == null ? shard : weightMap.get(name);
      if (mapped == null) {
        if (!unlisted.add(name)) {
          problems.add(new Problem(file.path().toString(), name, inTwoShards(name)));
          continue;
        }
        notListed.add(name);
      } else if (!mapped.equals(shard)) {
        elsewhere.putIfAbsent(name, shard);
        stale.computeIfAbsent(mapped, _ -> new ArrayList<>()).add(name);
        continue;
      }
      tensors.put(
          name, new TensorLocation(tensor, file, file.header().dataStart() + tensor.begin()));
    }
    warn(file, notListed, stale);
  }

  private String inTwoShards(String name) {
    TensorLocation other = tensors.get(name);
    return "lies in "
        + (other == null ? "another shard" : String.valueOf(other.file().path().getFileName()))
        + " too, and the index lists it for neither; keep it in one of them";
  }

  private void warn(CheckpointFile file, List<String> notListed, Map<String, List<String>> stale) {
    String shown = file.path().toString();
    if (!notListed.isEmpty()) {
      warnings.add(
          Problem.inFile(
              shown,
              "holds %s that %s does not list; taken all the same, as transformers does: %s"
                  .formatted(
                      count(notListed),
                      ShardIndex.FILE_NAME,
                      ProblemGroups.patterns(notListed, NAMED))));
    }
    stale.forEach((shard, names) ->
        warnings.add(
            Problem.inFile(
                shown,
                "holds %s that the index maps to %s; taken from there, and what lies here is not read: %s"
                    .formatted(
                        count(names),
                        Printable.text(shard),
                        ProblemGroups.patterns(names, NAMED)))));
  }

  private static String count(List<String> names) {
    return names.size() == 1 ? "1 tensor" : names.size() + " tensors";
  }

  /** After the last file: every tensor of the index has its place. */
  void checkAllFound() {
    if (weightMap == null) {
      return;
    }
    weightMap.forEach((tensor, shard) -> {
      if (tensors.containsKey(tensor) || !files.containsKey(shard)) {
        return;
      }
      String holder = elsewhere.get(tensor);
      problems.add(
          new Problem(
              path.resolve(shard).toString(),
              tensor,
              holder == null
                  ? "the index maps it to this file, which does not hold it; download both"
                      + " again"
                  : "the index maps it to this file, but it lies in "
                      + Printable.text(holder)
                      + "; correct the index"));
    });
  }

  SequencedMap<String, TensorLocation> tensors() {
    return tensors;
  }

  SortedSet<String> unlisted() {
    return unlisted;
  }
}
