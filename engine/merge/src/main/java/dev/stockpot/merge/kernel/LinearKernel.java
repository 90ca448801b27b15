package dev.stockpot.merge.kernel;

import dev.stockpot.checkpoint.safetensors.Dtype;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A weighted sum of K ranges, rounded once: {@code out[i] = round(sum_k n[k] * x[k][i] / d)}.
 *
 * <p>Per element, S is {@code n[0] * x[0]} and then {@code S = fma(n[k], x[k], S)} in float64, in
 * source order; it starts from a product, not from zero, so that -0 stays -0. The result is S / d,
 * rounded once to the output's dtype, to nearest with ties to even; there is no rounding to float64
 * or float32 between. Any mix of BF16, F16, F32 and F64 goes in, and any of them comes out.
 *
 * <p>The result is therefore the correctly rounded value of the exact weighted sum wherever S is
 * exact. For 16-bit inputs that is wherever the largest and the smallest nonzero product of an
 * element are less than about 2^35 apart (fewer with large numerators: each bit of a numerator
 * takes one). Beyond that S itself is rounded, and a tie may be decided by the part that was lost.
 * Float32 inputs have 16 bits more, so their products may be 2^19 apart. Sums of float64 inputs are
 * ordinary float64 arithmetic, which may also overflow where the quotient would not.
 *
 * <p>A NaN result is the one canonical quiet NaN of its dtype, positive: 0x7fc0, 0x7e00, 0x7fc00000
 * or 0x7ff8000000000000. Infinities and overflow follow IEEE 754.
 *
 * <p>One source with weight 1 gives its input back, bit for bit, NaNs excepted. So does the same
 * source several times with weights that sum to exactly 1, for all dtypes but F64; negative weights
 * among them turn -0 into 0.
 *
 * <p>All kernels agree bit for bit, and how a range is cut into calls never changes a bit.
 *
 * <p>Not thread-safe: a kernel owns its scratch memory (under 200 KB). Keep one per thread.
 */
public interface LinearKernel {

  /**
   * Combines the sources into {@code out}.
   *
   * @param sources one for each weight, each exactly {@code elements} elements, little endian, in
   *     heap or native memory, at any alignment; only read, borrowed for the call
   * @param out exactly {@code elements} elements of {@code outDtype}, little endian, at any
   *     alignment; must not overlap a source
   * @return the NaNs and infinities in {@code out}
   * @throws IllegalArgumentException if the number of sources is not that of the weights, a dtype
   *     is not {@link Dtype#mergeable()}, or a segment is not of its right size
   */
  NonFinite combine(
      List<Source> sources,
      IntegerWeights weights,
      MemorySegment out,
      Dtype outDtype,
      long elements);

  /** One input range and how to read it. */
  record Source(MemorySegment bytes, Dtype dtype) {}
}
