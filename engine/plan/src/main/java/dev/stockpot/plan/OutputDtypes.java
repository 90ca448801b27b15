package dev.stockpot.plan;

import dev.stockpot.checkpoint.safetensors.Dtype;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The dtypes of the tensors that a merge makes.
 *
 * @param dtype of all, one of the mergeable ones; empty for the inputs' own
 * @param keepFloat32 patterns of names, {@code *} for any characters: tensors that are F32 in the
 *     inputs and match one stay so
 */
public record OutputDtypes(Optional<Dtype> dtype, List<String> keepFloat32) {

  /** Every tensor has the dtype that it has in the inputs. */
  public static final OutputDtypes OF_INPUTS = new OutputDtypes(Optional.empty(), List.of());

  public OutputDtypes {
    keepFloat32 = List.copyOf(keepFloat32);
  }

  /** One dtype for all. */
  public static OutputDtypes of(Dtype dtype) {
    return new OutputDtypes(Optional.of(dtype), List.of());
  }

  /** The dtype of a tensor that is {@code own} in the inputs, or wider there than any of them. */
  public Dtype of(String tensor, Dtype own) {
    return own == Dtype.F32 && keeps(tensor) ? own : dtype.orElse(own);
  }

  /** Whether a pattern matches the name. */
  public boolean keeps(String tensor) {
    return keepFloat32.stream().anyMatch(pattern -> matches(pattern, tensor));
  }

  /**
   * Whether the name is the pattern's, in which {@code *} stands for any characters or none. Takes
   * time in proportion to both, however many there are of them.
   */
  public static boolean matches(String pattern, String tensor) {
    String[] parts = pattern.split("\\*", -1);
    String last = parts[parts.length - 1];
    if (parts.length == 1) {
      return tensor.equals(pattern);
    }
    int end = tensor.length() - last.length();
    if (!tensor.startsWith(parts[0]) || !tensor.endsWith(last)) {
      return false;
    }
    // Each part as early as it can be leaves the most room for those behind it.
    int at = parts[0].length();
    for (String part : Arrays.asList(parts).subList(1, parts.length - 1)) {
      int found = tensor.indexOf(part, at);
      if (found < 0) {
        return false;
      }
      at = found + part.length();
    }
    return at <= end;
  }
}
