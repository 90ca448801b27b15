package dev.stockpot.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.provider.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LinearKernelTest {
  private final LinearKernel kernel = Kernels.vector().orElseThrow().newKernel();

  @Test
  void aSumIsRoundedOnceWithTiesToEven() {
    // 0.5 * 1.0 + 0.5 * 1.0078125 lies halfway between two bf16 values; the even one is 1.0.
    assertThat(sum(IntegerWeights.over(2, 1, 1), 0x3f80, 0x3f81)).isEqualTo(0x3f80);
    assertThat(sum(IntegerWeights.over(2, 1, 1), 0x3f81, 0x3f82)).isEqualTo(0x3f82);
    assertThat(sum(IntegerWeights.over(10, 2, 7, 1), 0x3f80, 0x4000, 0xbf80)).isEqualTo(0x3fc0);
  }

  @Test
  void minusZeroStaysAndOppositeInfinitiesGiveTheCanonicalNan() {
    assertThat(sum(IntegerWeights.over(2, 1, 1), 0x8000, 0x8000)).isEqualTo(0x8000);
    assertThat(sum(IntegerWeights.over(2, 1, 1), 0x8000, 0x0000)).isEqualTo(0x0000);
    assertThat(sum(IntegerWeights.over(2, 1, 1), 0x7f80, 0xff80)).isEqualTo(0x7fc0);
    assertThat(sum(IntegerWeights.over(1, 1), 0xffff)).isEqualTo(0x7fc0);
  }

  @Test
  void nansAndInfinitiesOfTheOutputAreCounted() {
    MemorySegment in =
        Patterns.of(Dtype.F32, 0x7fc0_0000, 0x7f80_0000, 0xff80_0000, 0x4780_0000, 0x3f80_0000);
    MemorySegment out = MemorySegment.ofArray(new byte[10]);
    List<LinearKernel.Source> sources = List.of(new LinearKernel.Source(in, Dtype.F32));
    assertThat(kernel.combine(sources, IntegerWeights.over(1, 1), out, Dtype.F16, 5))
        .isEqualTo(new NonFinite(1, 3));
    assertThat(kernel.combine(sources, IntegerWeights.over(1, 1), out, Dtype.BF16, 5))
        .isEqualTo(new NonFinite(1, 2));
  }

  @Test
  void whatDoesNotFitIsRefusedWithItsSizes() {
    MemorySegment four = MemorySegment.ofArray(new byte[4]);
    LinearKernel.Source source = new LinearKernel.Source(four, Dtype.BF16);
    IntegerWeights one = IntegerWeights.over(1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel.combine(List.of(source, source), one, four, Dtype.BF16, 2))
        .withMessage("2 sources for 1 weights");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel.combine(List.of(source), one, four, Dtype.BF16, 3))
        .withMessage("source 0 has 4 bytes for 3 elements of BF16");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel.combine(List.of(source), one, four, Dtype.F32, 2))
        .withMessage("the output has 4 bytes for 2 elements of F32");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel.combine(List.of(source), one, four, Dtype.I16, 2))
        .withMessage("I16 takes no part in arithmetic; only BF16, F16, F32 and F64 do");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel.combine(List.of(source), one, four.asReadOnly(), Dtype.BF16, 2))
        .withMessage("the output's segment is read-only");
  }

  private long sum(IntegerWeights weights, long... bf16) {
    List<LinearKernel.Source> sources =
        LongStream.of(bf16)
            .mapToObj(bits -> new LinearKernel.Source(Patterns.of(Dtype.BF16, bits), Dtype.BF16))
            .toList();
    MemorySegment out = MemorySegment.ofArray(new byte[2]);
    kernel.combine(sources, weights, out, Dtype.BF16, 1);
    return Patterns.get(out, Dtype.BF16, 0);
  }
}
