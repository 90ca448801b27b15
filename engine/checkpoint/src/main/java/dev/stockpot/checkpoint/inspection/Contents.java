package dev.stockpot.checkpoint.inspection;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.problem.CheckpointException;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.Dtype;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code inspect} tells of a checkpoint; its totals are of the whole checkpoint, whatever
 * tensors are listed.
 *
 * @param listed the tensors that the pattern chose, in the checkpoint's order
 * @param dtypes totals of each dtype that occurs
 * @param config of config.json, where there is one that can be read
 */
public record Contents(
    Checkpoint checkpoint,
    List<TensorLocation> listed,
    Map<Dtype, Totals> dtypes,
    @Nullable HfConfig config,
    List<Problem> warnings) {

  /** Elements and bytes of some tensors. */
  public record Totals(long tensors, long elements, long bytes) {
    Totals plus(Totals other) {
      return new Totals(tensors + other.tensors, elements + other.elements, bytes + other.bytes);
    }
  }

  public static Contents of(Checkpoint checkpoint, TensorPattern pattern) {
    List<TensorLocation> listed = new ArrayList<>();
    Map<Dtype, Totals> dtypes = new EnumMap<>(Dtype.class);
    for (TensorLocation tensor : checkpoint.tensors().values()) {
      dtypes.merge(
          tensor.header().dtype(),
          new Totals(1, tensor.header().elements(), tensor.header().byteSize()),
          Totals::plus);
      if (pattern.matches(tensor.header().name())) {
        listed.add(tensor);
      }
    }
    List<Problem> warnings = new ArrayList<>(checkpoint.warnings());
    HfConfig config = null;
    if (Files.isDirectory(checkpoint.path())) {
      try {
        config = HfConfig.of(checkpoint.path()).orElse(null);
      } catch (CheckpointException e) {
        warnings.addAll(e.problems());
      }
    }
    return new Contents(checkpoint, listed, Collections.unmodifiableMap(dtypes), config, warnings);
  }

  public Totals totals() {
    return dtypes.values().stream().reduce(new Totals(0, 0, 0), Totals::plus);
  }
}
