package dev.stockpot.merge.kernel.vector;

import jdk.incubator.vector.DoubleVector;

/** What this JVM offers on this processor. */
public final class PreferredVectors {
  private static final int LEAST_BITS = 4 * Double.SIZE;

  private PreferredVectors() {}

  public static int bits() {
    return DoubleVector.SPECIES_PREFERRED.vectorBitSize();
  }

  /** Whether {@link VectorLoops} can be used: they need vectors of four float64 or more. */
  public static boolean serve() {
    return bits() >= LEAST_BITS;
  }
}
