package dev.stockpot.merge.kernel.provider;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.NonFinite;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Leaves the work to {@code meanwhile} until the loops of all dtypes of a call are warm. Both give
 * the same bits, so it does not matter when that changes.
 */
final class WarmingKernel implements LinearKernel {
  private final WarmUp warmUp;
  private final LinearKernel warm;
  private final LinearKernel meanwhile;

  WarmingKernel(WarmUp warmUp, LinearKernel warm, LinearKernel meanwhile) {
    this.warmUp = warmUp;
    this.warm = warm;
    this.meanwhile = meanwhile;
  }

  @Override
  public NonFinite combine(
      List<Source> sources,
      IntegerWeights weights,
      MemorySegment out,
      Dtype outDtype,
      long elements) {
    boolean ready = warmUp.isReady(outDtype, 0);
    for (Source source : sources) {
      ready &= warmUp.isReady(source.dtype(), source.bytes().byteSize());
    }
    LinearKernel kernel = ready ? warm : meanwhile;
    return kernel.combine(sources, weights, out, outDtype, elements);
  }
}
