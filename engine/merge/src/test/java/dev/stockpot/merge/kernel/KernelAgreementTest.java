package dev.stockpot.merge.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.provider.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The vector kernel beside the scalar one, bit for bit. */
class KernelAgreementTest {
  private static final int CASES = 100_000;
  private static final int LONGEST = 3 * BlockLoops.BLOCK;
  private static final int PLACE = Long.BYTES * LONGEST + Long.BYTES;

  private final LinearKernel vector = Kernels.vector().orElseThrow().newKernel();
  private final LinearKernel scalar = Kernels.scalar().newKernel();

  @Test
  void every16BitPatternComesOutAlike() {
    MemorySegment all = Patterns.all();
    for (Dtype in : Patterns.SIXTEEN_BITS) {
      for (Dtype out : Patterns.DTYPES) {
        for (IntegerWeights weights :
            List.of(
                IntegerWeights.over(1, 1),
                IntegerWeights.over(10, 3),
                IntegerWeights.over(3, -1),
                IntegerWeights.over(1, 1L << 40),
                IntegerWeights.over(1L << 53, 1))) {
          assertAlike(List.of(new LinearKernel.Source(all, in)), weights, out, 1 << 16, 0, in);
        }
      }
    }
  }

  @Test
  void aHundredThousandMixedCasesComeOutAlike() {
    SplittableRandom random = new SplittableRandom(5);
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> places = new ArrayList<>();
      for (int k = 0; k < 5; k++) {
        places.add(k % 2 == 0 ? arena.allocate(PLACE, 64) : MemorySegment.ofArray(new byte[PLACE]));
      }
      for (int number = 0; number < CASES; number++) {
        int elements = length(random);
        long[] numerators = random.longs(random.nextInt(1, 6), -99, 100).toArray();
        List<LinearKernel.Source> sources = new ArrayList<>();
        for (int k = 0; k < numerators.length; k++) {
          Dtype in = Patterns.DTYPES.get(random.nextInt(4));
          MemorySegment bytes =
              places.get(k).asSlice(random.nextInt(8), (long) elements * in.bytes());
          for (int i = 0; i < elements; i++) {
            Patterns.set(bytes, in, i, Patterns.awkward(in, random));
          }
          sources.add(new LinearKernel.Source(bytes, in));
        }
        Dtype out = Patterns.DTYPES.get(random.nextInt(4));
        IntegerWeights weights = IntegerWeights.over(random.nextLong(1, 101), numerators);
        assertAlike(sources, weights, out, elements, random.nextInt(8), number);
      }
    }
  }

  @Test
  void howARangeIsCutIntoCallsChangesNoBit() {
    SplittableRandom random = new SplittableRandom(9);
    long[] bits = random.longs(LONGEST).map(_ -> Patterns.awkward(Dtype.BF16, random)).toArray();
    MemorySegment in = Patterns.of(Dtype.BF16, bits);
    IntegerWeights weights = IntegerWeights.over(10, 7);
    byte[] whole = new byte[2 * LONGEST];
    vector.combine(
        List.of(new LinearKernel.Source(in, Dtype.BF16)),
        weights,
        MemorySegment.ofArray(whole),
        Dtype.BF16,
        LONGEST);
    byte[] pieces = new byte[2 * LONGEST];
    for (int from = 0; from < LONGEST; ) {
      int count = Math.min(random.nextInt(1, 700), LONGEST - from);
      vector.combine(
          List.of(new LinearKernel.Source(in.asSlice(2L * from, 2L * count), Dtype.BF16)),
          weights,
          MemorySegment.ofArray(pieces).asSlice(2L * from, 2L * count),
          Dtype.BF16,
          count);
      from += count;
    }
    assertThat(pieces).isEqualTo(whole);
  }

  /** Mostly around a few vectors, now and then around a few blocks. */
  private static int length(SplittableRandom random) {
    return switch (random.nextInt(200)) {
      case 0 -> random.nextInt(LONGEST + 1);
      case 1 -> BlockLoops.BLOCK * random.nextInt(1, 3) + random.nextInt(-2, 3);
      default -> random.nextInt(70);
    };
  }

  private void assertAlike(
      List<LinearKernel.Source> sources,
      IntegerWeights weights,
      Dtype out,
      int elements,
      int misalignment,
      Object what) {
    byte[] byVector = new byte[elements * out.bytes() + misalignment];
    byte[] byScalar = new byte[byVector.length];
    NonFinite counted =
        vector.combine(
            sources, weights, MemorySegment.ofArray(byVector).asSlice(misalignment), out, elements);
    NonFinite expected =
        scalar.combine(
            sources, weights, MemorySegment.ofArray(byScalar).asSlice(misalignment), out, elements);
    assertThat(byVector).as("case %s, %s to %s", what, weights, out).isEqualTo(byScalar);
    assertThat(counted).isEqualTo(expected);
  }
}
