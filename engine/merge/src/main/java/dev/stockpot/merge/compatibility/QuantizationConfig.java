package dev.stockpot.merge.compatibility;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.config.HfConfig;
import dev.stockpot.checkpoint.problem.Wording;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A {@code quantization_config}: of codes, or left over beside plain weights.
 *
 * <p>Codes whose names tell their format have been refused before.
 */
public final class QuantizationConfig {
  private static final String KEY = "quantization_config";
  private static final Set<Dtype> NO_CODES =
      Set.of(Dtype.BF16, Dtype.F16, Dtype.F32, Dtype.F64, Dtype.I64, Dtype.BOOL);

  private QuantizationConfig() {}

  /** Why the checkpoint cannot be merged, if its config says that it is quantized. */
  public static Optional<String> problem(Checkpoint checkpoint, HfConfig config) {
    if (!config.quantized()) {
      return Optional.empty();
    }
    Collection<TensorLocation> tensors = checkpoint.tensors().values();
    String prefix =
        config.settings().keySet().stream().anyMatch(path -> path.startsWith("text_config." + KEY))
            ? "text_config."
            : "";
    boolean plain = tensors.stream().allMatch(tensor -> NO_CODES.contains(tensor.header().dtype()));
    String file = HfConfig.fileOf(checkpoint.path()).toString();
    if (!plain) {
      String method =
          Optional.ofNullable(config.settings().get(prefix + KEY + ".quant_method"))
              .map(name -> ", " + Wording.quoted(name))
              .orElse("");
      return Optional.of(
          "%s: this checkpoint is quantized (%s%s%s), and an average of its codes means nothing; dequantize it first"
              .formatted(file, prefix, KEY, method));
    }
    Set<Dtype> dtypes = new TreeSet<>();
    tensors.stream()
        .map(TensorLocation::header)
        .map(TensorHeader::dtype)
        .filter(Dtype::mergeable)
        .forEach(dtypes::add);
    return Optional.of(
        "%s: the key '%s%s' says that the weights are quantized, but they are plain %s: it is left over; remove the key from this file"
            .formatted(
                file,
                prefix,
                KEY,
                String.join(" and ", dtypes.stream().map(Dtype::name).toList())));
  }
}
