package dev.stockpot.merge.kernel;

import dev.stockpot.merge.kernel.vector.PreferredVectors;
import dev.stockpot.merge.kernel.vector.VectorLoops;

/** Chooses among the implementations of the kernels, which all give the same bits. */
public final class Kernels {
  /** Changes whenever the bits of an output may change. */
  public static final int KERNEL_VERSION = 1;

  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  private Kernels() {}

  /** The fastest implementation that this JVM and this processor can run. */
  public static KernelProvider best() {
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
      return scalar("scalar: started without --add-modules " + VECTOR_MODULE);
    }
    return Vector.orScalar();
  }

  /** Plain Java, which runs everywhere. */
  public static KernelProvider scalar() {
    return scalar("scalar: asked for");
  }

  private static KernelProvider scalar(String description) {
    return new KernelProvider(description, ScalarLoops::new);
  }

  /** Apart, so that the package is first touched when its module is known to be there. */
  private static final class Vector {
    static KernelProvider orScalar() {
      int bits = PreferredVectors.bits();
      return PreferredVectors.serve()
          ? new KernelProvider("vector, " + bits + " bit", VectorLoops::new)
          : scalar("scalar: vectors of " + bits + " bit are too short to pay");
    }
  }
}
