package dev.stockpot.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.provider.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Over 10^8 elements against integer arithmetic, on all cores; about ten seconds on two. */
class BulkExactnessTest {
  private static final int ELEMENTS = 1 << 20;
  private static final int AT_ONCE = 1 << 13;

  private enum Ingredients {
    /** Nothing in common, magnitudes as in a trained layer. */
    INDEPENDENT,
    /** Fine-tuned from one base: a few units in the last place apart. */
    NEARLY_IDENTICAL,
    /** Exponents far apart, subnormal f16 among them. */
    WIDE;

    /** Writes one element of each model. */
    void draw(SplittableRandom random, Dtype dtype, long[] into) {
      BinaryFormat format = BinaryFormat.of(dtype);
      long base = layerWeight(random, format);
      for (int k = 0; k < into.length; k++) {
        into[k] =
            switch (this) {
              case INDEPENDENT -> layerWeight(random, format);
              case NEARLY_IDENTICAL -> base + random.nextInt(-3, 4);
              case WIDE -> anything(random, format);
            };
      }
    }

    /** Signed, most magnitudes between 2^-9 and 2^-4, the small ones rarer and rarer. */
    private static long layerWeight(SplittableRandom random, BinaryFormat format) {
      long draw = random.nextLong();
      int below = 4 + Long.numberOfTrailingZeros(draw | 1L << 9);
      long exponent = (1L << (format.exponentBits() - 1)) - 1 - below;
      long fraction = draw >>> (64 - format.fractionBits());
      long sign = (draw & 1L << 20) == 0 ? 0 : format.signBit();
      return sign | exponent << format.fractionBits() | fraction;
    }

    /**
     * Any finite f16; a bf16 or float32 with one of 26 or 10 exponents, so that the sum is exact.
     */
    private static long anything(SplittableRandom random, BinaryFormat format) {
      long draw = random.nextLong();
      long sign = (draw & 1L << 62) == 0 ? 0 : format.signBit();
      if (format.exponentBits() == 5) {
        return sign | (draw >>> 32) % format.infinity();
      }
      int exponents = format.fractionBits() > 7 ? 10 : 26;
      long fraction = draw & ((1L << format.fractionBits()) - 1);
      return sign | (110 + (draw >>> 32) % exponents) << format.fractionBits() | fraction;
    }
  }

  private record Case(
      Dtype in, Dtype out, IntegerWeights weights, Ingredients ingredients, int elements) {}

  @Test
  void noElementOfAHundredMillionDiffersFromTheCorrectlyRoundedValue() {
    List<Case> cases = new ArrayList<>();
    for (IntegerWeights weights : weightings()) {
      for (Dtype in : Patterns.SIXTEEN_BITS) {
        for (Dtype out : Patterns.SIXTEEN_BITS) {
          for (Ingredients ingredients : Ingredients.values()) {
            cases.add(new Case(in, out, weights, ingredients, ELEMENTS));
          }
        }
      }
    }
    assertThat(cases.stream().mapToLong(Case::elements).sum()).isGreaterThan(100_000_000L);
    assertThat(differences(cases)).isEmpty();
  }

  @Test
  void noElementOfAMillionDiffersWhereFloat32TakesPart() {
    List<Case> cases = new ArrayList<>();
    for (IntegerWeights weights : weightings()) {
      for (Ingredients ingredients : Ingredients.values()) {
        for (Dtype other : List.of(Dtype.BF16, Dtype.F16, Dtype.F32)) {
          cases.add(new Case(other, Dtype.F32, weights, ingredients, 1 << 15));
          cases.add(new Case(Dtype.F32, other, weights, ingredients, 1 << 13));
        }
      }
    }
    assertThat(cases.stream().mapToLong(Case::elements).sum()).isGreaterThan(1_000_000L);
    assertThat(differences(cases)).isEmpty();
  }

  /** Two, three and eight models; tenths, hundredths and thirds. */
  private static List<IntegerWeights> weightings() {
    return List.of(
        IntegerWeights.over(10, 3, 7),
        IntegerWeights.over(100, 37, 63),
        IntegerWeights.over(3, 1, 2),
        IntegerWeights.over(10, 2, 7, 1),
        IntegerWeights.over(100, 33, 33, 34),
        IntegerWeights.over(3, 1, 1, 1),
        IntegerWeights.over(10, 3, 1, 1, 1, 1, 1, 1, 1),
        IntegerWeights.over(100, 13, 12, 12, 13, 12, 13, 12, 13),
        IntegerWeights.over(3, 2, -1, 1, 1, -1, 2, -2, 1));
  }

  private static List<String> differences(List<Case> cases) {
    return IntStream.range(0, cases.size())
        .parallel()
        .boxed()
        .flatMap(seed -> differences(cases.get(seed), new SplittableRandom(seed)))
        .toList();
  }

  /** The first one, in words, if there is any. */
  private static Stream<String> differences(Case tried, SplittableRandom random) {
    int models = tried.weights.numerators().size();
    BinaryFormat out = BinaryFormat.of(tried.out);
    FastExactReference reference =
        new FastExactReference(BinaryFormat.of(tried.in), out, tried.weights);
    LinearKernel vector = Kernels.vector().orElseThrow().newKernel();
    LinearKernel scalar = Kernels.scalar().newKernel();
    List<LinearKernel.Source> sources =
        Stream.generate(() -> segment(tried.in))
            .limit(models)
            .map(bytes -> new LinearKernel.Source(bytes, tried.in))
            .toList();
    MemorySegment fast = segment(tried.out);
    MemorySegment plain = segment(tried.out);
    long[] drawn = new long[models];
    long[] expected = new long[AT_ONCE];
    for (int done = 0; done < tried.elements; done += AT_ONCE) {
      for (int i = 0; i < AT_ONCE; i++) {
        tried.ingredients.draw(random, tried.in, drawn);
        for (int k = 0; k < models; k++) {
          Patterns.set(sources.get(k).bytes(), tried.in, i, drawn[k]);
          reference.set(k, drawn[k]);
        }
        expected[i] = reference.combine();
      }
      vector.combine(sources, tried.weights, fast, tried.out, AT_ONCE);
      scalar.combine(sources, tried.weights, plain, tried.out, AT_ONCE);
      for (int i = 0; i < AT_ONCE; i++) {
        long got = Patterns.get(fast, tried.out, i);
        long gotPlain = Patterns.get(plain, tried.out, i);
        boolean zero = expected[i] == 0 && (got & ~out.signBit()) == 0;
        if (got != gotPlain || (got != expected[i] && !zero)) {
          int index = i;
          List<String> inputs =
              sources.stream()
                  .map(source -> Long.toHexString(Patterns.get(source.bytes(), tried.in, index)))
                  .toList();
          return Stream.of(
              "%s: inputs %s: exact %x, vector kernel %x, scalar kernel %x"
                  .formatted(tried, inputs, expected[i], got, gotPlain));
        }
      }
    }
    return Stream.empty();
  }

  private static MemorySegment segment(Dtype dtype) {
    return MemorySegment.ofArray(new byte[AT_ONCE * dtype.bytes()]);
  }
}
