package dev.stockpot.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.provider.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every 16-bit pattern, and the edges of the wider dtypes, against big integers. */
class DirectedExactnessTest {
  private static final int ALL = 1 << 16;

  private final LinearKernel scalar = Kernels.scalar().newKernel();
  private final LinearKernel vector = Kernels.vector().orElseThrow().newKernel();

  @ParameterizedTest
  @EnumSource(names = {"BF16", "F16", "F32", "F64"})
  void every16BitPatternAloneIsRoundedAsTheReferenceRoundsIt(Dtype out) {
    for (Dtype in : Patterns.SIXTEEN_BITS) {
      LinearKernel.Source all = new LinearKernel.Source(Patterns.all(), in);
      check(List.of(all), IntegerWeights.over(1, 1), out);
      check(List.of(all), IntegerWeights.over(10, -7), out);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "F16", "F32", "F64"})
  void every16BitPatternBesideAnAwkwardPartnerIsRoundedAsTheReferenceRoundsIt(Dtype out) {
    for (Dtype in : Patterns.SIXTEEN_BITS) {
      BinaryFormat format = BinaryFormat.of(in);
      long one = format.pattern(1L << format.fractionBits(), -format.fractionBits());
      long[] partners = {
        format.signBit(),
        1,
        format.signBit() | (1L << format.fractionBits()),
        one + 1,
        format.infinity() - 1,
        format.signBit() | format.infinity(),
        format.nan() + 1,
      };
      long[] numerators = {1, 3, -1, 7, 1, 2, 1};
      long[] denominators = {1, 4, 3, 10, 2, 3, 10};
      for (int p = 0; p < partners.length; p++) {
        LinearKernel.Source all = new LinearKernel.Source(Patterns.all(), in);
        MemorySegment partner = Patterns.repeated(in, partners[p], ALL);
        check(
            List.of(all, new LinearKernel.Source(partner, in)),
            IntegerWeights.over(denominators[p], 1, numerators[p]),
            out);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "F16", "F32", "F64"})
  void awkwardElementsOfAllDtypesTogetherAreRoundedAsTheReferenceRoundsThem(Dtype out) {
    SplittableRandom random = new SplittableRandom(11);
    long[][] numerators = {{2, 7, 1}, {1, 1, -1}, {-333, 666, 1}, {1L << 53, 3, (1L << 52) + 1}};
    long[] denominators = {10, 3, 1000, (1L << 53) - 1};
    for (int round = 0; round < 48; round++) {
      List<LinearKernel.Source> sources = new ArrayList<>();
      for (int k = 0; k < 3; k++) {
        Dtype in = Patterns.DTYPES.get((round >> k) % 4);
        long[] bits = random.longs(1000).map(_ -> Patterns.awkward(in, random)).toArray();
        sources.add(new LinearKernel.Source(Patterns.of(in, bits), in));
      }
      int weighting = round % numerators.length;
      check(sources, IntegerWeights.over(denominators[weighting], numerators[weighting]), out);
    }
  }

  private void check(List<LinearKernel.Source> sources, IntegerWeights weights, Dtype out) {
    LinearKernel.Source first = sources.get(0);
    int elements = (int) (first.bytes().byteSize() / first.dtype().bytes());
    MemorySegment byScalar = MemorySegment.ofArray(new byte[elements * out.bytes()]);
    MemorySegment byVector = MemorySegment.ofArray(new byte[elements * out.bytes()]);
    NonFinite counted = scalar.combine(sources, weights, byScalar, out, elements);
    assertThat(vector.combine(sources, weights, byVector, out, elements)).isEqualTo(counted);

    BinaryFormat format = BinaryFormat.of(out);
    long[] expected =
        IntStream.range(0, elements)
            .parallel()
            .mapToLong(i -> ExactReference.combine(terms(sources, i), weights, format))
            .toArray();
    long nan = 0;
    long infinity = 0;
    for (int i = 0; i < elements; i++) {
      long got = Patterns.get(byScalar, out, i);
      long gotVector = Patterns.get(byVector, out, i);
      if (got != expected[i] || gotVector != expected[i]) {
        throw new AssertionError(
            "%s %s to %s: exact %x, scalar %x, vector %x"
                .formatted(weights, terms(sources, i), out, expected[i], got, gotVector));
      }
      nan += format.isNaN(expected[i]) ? 1 : 0;
      infinity += format.isInfinite(expected[i]) ? 1 : 0;
    }
    assertThat(counted).isEqualTo(new NonFinite(nan, infinity));
  }

  private static List<ExactReference.Term> terms(List<LinearKernel.Source> sources, int index) {
    List<ExactReference.Term> terms = new ArrayList<>();
    for (LinearKernel.Source source : sources) {
      long bits = Patterns.get(source.bytes(), source.dtype(), index);
      terms.add(new ExactReference.Term(BinaryFormat.of(source.dtype()), bits));
    }
    return terms;
  }
}
