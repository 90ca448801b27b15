package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemGroups;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a checkpoint that can be read cannot be merged: it is a part of one, an adapter, or codes; or
 * its weights are elsewhere.
 */
public final class Unmergeable {
  private static final Pattern SHARD =
      Pattern.compile("(.+)-(\\d{1,9})-of-(\\d{1,9})\\.safetensors");
  private static final List<Long> NOTHING = List.of(0L);
  private static final int NAMED = 5;

  private Unmergeable() {}

  /** All reasons, each told once however many tensors it is about. Looks at headers alone. */
  public static List<Problem> problems(Checkpoint checkpoint) {
    List<String> ofAdapters = new ArrayList<>();
    List<String> empty = new ArrayList<>();
    List<String> scales = new ArrayList<>();
    for (Map.Entry<String, TensorLocation> tensor : checkpoint.tensors().entrySet()) {
      String name = tensor.getKey();
      if (Adapters.isTensor(name)) {
        ofAdapters.add(name);
      }
      if (isEmptyWeight(tensor.getValue().header())) {
        empty.add(name);
      }
      if (QuantizedCodes.mayBeScale(name)) {
        scales.add(name);
      }
    }
    List<Problem> problems = new ArrayList<>();
    shardAlone(checkpoint.path()).ifPresent(problems::add);
    if (!ofAdapters.isEmpty()) {
      problems.add(Adapters.refusal(checkpoint, ofAdapters));
    }
    if (!empty.isEmpty()) {
      problems.add(emptyWeights(checkpoint, empty));
    }
    QuantizedCodes.in(checkpoint, scales).ifPresent(problems::add);
    return problems;
  }

  private static Optional<Problem> shardAlone(Path path) {
    Matcher shard = SHARD.matcher(String.valueOf(path.getFileName()));
    Path directory = path.toAbsolutePath().getParent();
    if (directory == null
        || !shard.matches()
        || Integer.parseInt(shard.group(3)) <= 1
        || Files.isDirectory(path)) {
      return Optional.empty();
    }
    return Optional.of(
        Problem.inFile(
            path.toString(),
            "is one of the %d shards of a checkpoint; give the directory that they lie in: %s"
                .formatted(
                    Integer.parseInt(shard.group(3)), Printable.text(directory.toString()))));
  }

  /**
   * Where ZeRO-3 has partitioned a weight, a process that saves its own model has an empty tensor
   * in its place.
   */
  private static boolean isEmptyWeight(TensorHeader tensor) {
    return tensor.begin() == tensor.end()
        && tensor.shape().equals(NOTHING)
        && (tensor.name().endsWith(".weight") || tensor.name().endsWith(".bias"));
  }

  private static Problem emptyWeights(Checkpoint checkpoint, List<String> empty) {
    return Problem.inFile(
        checkpoint.path().toString(),
        "%s of shape [0], without a value, as DeepSpeed's ZeRO-3 leaves it of a weight that it has partitioned: %s. Write the whole weights with 'python zero_to_fp32.py . OUT --safe_serialization' in the training's checkpoint directory, or train with \"stage3_gather_16bit_weights_on_model_save\": true"
            .formatted(
                empty.size() == 1 ? "1 of its weights is" : empty.size() + " of its weights are",
                ProblemGroups.patterns(empty, NAMED)));
  }
}
