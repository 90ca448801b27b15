package dev.stockpot.merge.kernel.provider;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.NonFinite;
import dev.stockpot.merge.kernel.Patterns;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/** A main class for JVMs started with other flags: which kernel they choose, and its bits. */
final class KernelFingerprint {
  private static final int ELEMENTS = 5_003;

  private KernelFingerprint() {}

  public static void main(String[] arguments) {
    System.out.print(Kernels.best().description() + "\n" + ofVectors());
  }

  /** A checksum of awkward sums, all dtypes to all, by vectors where the JVM has them. */
  static String ofVectors() {
    LinearKernel kernel = Kernels.vector().orElse(Kernels.scalar()).newKernel();
    SplittableRandom random = new SplittableRandom(17);
    CRC32C crc = new CRC32C();
    for (Dtype in : Patterns.DTYPES) {
      for (Dtype out : Patterns.DTYPES) {
        List<LinearKernel.Source> sources = new ArrayList<>();
        for (int k = 0; k < 3; k++) {
          long[] bits = random.longs(ELEMENTS).map(_ -> Patterns.awkward(in, random)).toArray();
          sources.add(new LinearKernel.Source(Patterns.of(in, bits), in));
        }
        byte[] result = new byte[ELEMENTS * out.bytes()];
        MemorySegment segment = MemorySegment.ofArray(result);
        NonFinite counted =
            kernel.combine(sources, IntegerWeights.over(10, 2, 7, 1), segment, out, ELEMENTS);
        crc.update(result);
        crc.update((int) counted.nan());
        crc.update((int) counted.infinity());
      }
    }
    return Long.toHexString(crc.getValue());
  }
}
