package dev.stockpot.merge.kernel;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.LinearKernel.Source;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What {@link LinearKernel#combine} refuses. */
final class CombineCheck {
  private CombineCheck() {}

  static void check(
      List<Source> sources,
      IntegerWeights weights,
      MemorySegment out,
      Dtype outDtype,
      long elements) {
    if (sources.size() != weights.numerators().size()) {
      throw new IllegalArgumentException(
          sources.size() + " sources for " + weights.numerators().size() + " weights");
    }
    for (int k = 0; k < sources.size(); k++) {
      checkSize("source " + k, sources.get(k).bytes(), sources.get(k).dtype(), elements);
    }
    checkSize("the output", out, outDtype, elements);
    if (out.isReadOnly()) {
      throw new IllegalArgumentException("the output's segment is read-only");
    }
  }

  private static void checkSize(String what, MemorySegment bytes, Dtype dtype, long elements) {
    if (!dtype.mergeable()) {
      throw notMergeable(dtype);
    }
    if (elements < 0 || bytes.byteSize() != Math.multiplyExact(elements, (long) dtype.bytes())) {
      throw new IllegalArgumentException(
          what + " has " + bytes.byteSize() + " bytes for " + elements + " elements of " + dtype);
    }
  }

  static IllegalArgumentException notMergeable(Dtype dtype) {
    return new IllegalArgumentException(
        dtype + " takes no part in arithmetic; only BF16, F16, F32 and F64 do");
  }
}
