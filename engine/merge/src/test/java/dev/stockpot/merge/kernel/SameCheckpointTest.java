package dev.stockpot.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.provider.KernelProvider;
import dev.stockpot.merge.kernel.provider.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A soup of a checkpoint with itself, weights summing to exactly 1. */
class SameCheckpointTest {
  private static final List<IntegerWeights> SUMMING_TO_ONE =
      List.of(
          IntegerWeights.over(1, 1),
          IntegerWeights.over(10, 2, 7, 1),
          IntegerWeights.over(2, 1, 1),
          IntegerWeights.over(3, 1, 1, 1),
          IntegerWeights.over(3, 5, -2),
          IntegerWeights.over(1, 2, -1),
          IntegerWeights.over(100, 33, 33, 34),
          IntegerWeights.over(97, 13, 12, 12, 12, 12, 12, 12, 12),
          IntegerWeights.over(1_000_003, 333_334, 666_669));

  @ParameterizedTest
  @EnumSource(names = {"BF16", "F16"})
  void everyFinitePatternComesBackUnchanged(Dtype dtype) {
    BinaryFormat format = BinaryFormat.of(dtype);
    MemorySegment all = Patterns.all();
    for (KernelProvider provider : List.of(Kernels.vector().orElseThrow(), Kernels.scalar())) {
      for (IntegerWeights weights : SUMMING_TO_ONE) {
        int models = weights.numerators().size();
        MemorySegment out = MemorySegment.ofArray(new byte[2 << 16]);
        NonFinite counted =
            provider
                .newKernel()
                .combine(
                    Collections.nCopies(models, new LinearKernel.Source(all, dtype)),
                    weights,
                    out,
                    dtype,
                    1 << 16);
        for (int bits = 0; bits < 1 << 16; bits++) {
          // A positive and a negative product of -0 cancel to +0, as any two numbers do.
          boolean cancels =
              bits == format.signBit() && weights.numerators().stream().anyMatch(n -> n < 0);
          if (format.isFinite(bits) && !cancels) {
            assertThat(Patterns.get(out, dtype, bits)).isEqualTo(bits);
          }
        }
        long nans = 2 * ((1L << format.fractionBits()) - 1);
        assertThat(counted.nan() + counted.infinity()).isEqualTo(nans + 2);
      }
    }
  }
}
