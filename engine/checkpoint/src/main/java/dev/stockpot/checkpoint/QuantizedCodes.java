package dev.stockpot.checkpoint;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.problem.ProblemGroups;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.TensorHeader;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds weights that are codes of a quantization, by the names and dtypes of tensors: a config need
 * not say it.
 *
 * <p>A scale alone proves nothing, as ordinary parameters are called so too; it counts with the
 * codes that it scales. The names are those that the formats' libraries write.
 */
final class QuantizedCodes {
  private static final Set<Dtype> FLOAT8 =
      EnumSet.of(Dtype.F8_E4M3, Dtype.F8_E5M2, Dtype.F8_E4M3FNUZ, Dtype.F8_E5M2FNUZ, Dtype.F8_E8M0);
  private static final Set<Dtype> BYTES = with(FLOAT8, Dtype.I8, Dtype.U8, Dtype.F4);
  private static final Set<Dtype> INTEGERS =
      EnumSet.of(Dtype.I8, Dtype.U8, Dtype.I16, Dtype.U16, Dtype.I32, Dtype.U32);
  private static final Set<Dtype> ANY = EnumSet.allOf(Dtype.class);
  private static final int NAMED = 3;

  /**
   * One sign of a format.
   *
   * @param scale how the name of the scale ends
   * @param codes what the name of its codes has in that end's place
   * @param dtypes of the codes
   */
  private record Sign(String format, String scale, String codes, Set<Dtype> dtypes) {}

  private static final List<Sign> SIGNS =
      List.of(
          new Sign("FP8 in blocks", "_scale_inv", "", BYTES),
          new Sign("compressed-tensors", ".weight_scale", ".weight_packed", INTEGERS),
          new Sign("FP8, INT8 or FP4", "_scale", "", BYTES),
          new Sign("FP8", ".scale", ".weight", FLOAT8),
          new Sign("HQQ", ".scale", ".W_q", ANY),
          new Sign("GPTQ or AWQ", ".scales", ".qweight", INTEGERS),
          new Sign("GPTQ or AWQ", ".qzeros", ".qweight", INTEGERS),
          new Sign("MXFP4", "_scales", "_blocks", EnumSet.of(Dtype.U8)),
          new Sign("INT8", "_scales", "", BYTES),
          new Sign("bitsandbytes, 4 bits", ".absmax", "", EnumSet.of(Dtype.U8)),
          new Sign("bitsandbytes, 4 bits", ".weight.absmax", ".weight.quant_map", ANY),
          new Sign("bitsandbytes, 8 bits", ".SCB", ".weight", EnumSet.of(Dtype.I8)),
          new Sign("AQLM", ".codebooks", ".codes", INTEGERS),
          new Sign("quanto", "._scale", "._data", ANY));

  /** A scale and its codes. */
  private record Pair(String scale, TensorHeader codes) {}

  private QuantizedCodes() {}

  /**
   * The codes of a checkpoint as one problem; empty if it holds none.
   *
   * @param scales the names of its tensors that {@link #mayBeScale} lets through
   */
  static Optional<Problem> in(Checkpoint checkpoint, List<String> scales) {
    Map<String, Map<String, Pair>> found = new LinkedHashMap<>();
    for (String name : scales) {
      for (Sign sign : SIGNS) {
        TensorHeader codes = name.endsWith(sign.scale()) ? codes(checkpoint, name, sign) : null;
        if (codes != null) {
          found
              .computeIfAbsent(sign.format(), _ -> new LinkedHashMap<>())
              .putIfAbsent(codes.name(), new Pair(name, codes));
          break;
        }
      }
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<String> formats = new ArrayList<>();
    found.forEach((format, pairs) -> formats.add(shown(format, pairs)));
    return Optional.of(
        Problem.inFile(
            checkpoint.path().toString(),
            "its weights are quantized, and an average of codes means nothing; use the checkpoint"
                + " that it was quantized from, or dequantize it first. "
                + String.join("; ", formats)));
  }

  /** Whether a name may be a scale's: its last letter rules out nearly all of many. */
  static boolean mayBeScale(String name) {
    return !name.isEmpty() && "vesxB".indexOf(name.charAt(name.length() - 1)) >= 0;
  }

  private static @Nullable TensorHeader codes(Checkpoint checkpoint, String scale, Sign sign) {
    String stem = scale.substring(0, scale.length() - sign.scale().length());
    TensorLocation codes = checkpoint.tensors().get(stem + sign.codes());
    return codes != null && sign.dtypes().contains(codes.header().dtype()) ? codes.header() : null;
  }

  private static String shown(String format, Map<String, Pair> pairs) {
    Pair first = pairs.values().iterator().next();
    return "%s: %s of %s with scales such as %s: %s"
        .formatted(
            format,
            pairs.size() == 1 ? "1 tensor" : pairs.size() + " tensors",
            first.codes().dtype(),
            Printable.quoted(first.scale()),
            ProblemGroups.patterns(List.copyOf(pairs.keySet()), NAMED));
  }

  private static Set<Dtype> with(Set<Dtype> dtypes, Dtype... more) {
    Set<Dtype> all = EnumSet.copyOf(dtypes);
    all.addAll(List.of(more));
    return all;
  }
}
