package dev.stockpot.merge.kernel;

import dev.stockpot.checkpoint.safetensors.Dtype;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Plain Java: the loops in pairs where everything is BF16, else the ones element by element. */
public final class ScalarKernel implements LinearKernel {
  private final LinearKernel general = new BlockwiseKernel(new ScalarLoops());
  private final PairedBf16 paired = new PairedBf16();

  @Override
  public NonFinite combine(
      List<Source> sources,
      IntegerWeights weights,
      MemorySegment out,
      Dtype outDtype,
      long elements) {
    boolean allBf16 =
        outDtype == Dtype.BF16 && sources.stream().allMatch(s -> s.dtype() == Dtype.BF16);
    if (!allBf16) {
      return general.combine(sources, weights, out, outDtype, elements);
    }
    BlockwiseKernel.check(sources, weights, out, outDtype, elements);
    return paired.combine(sources, weights, out, elements);
  }
}
