package dev.stockpot.merge.kernel.provider;

import dev.stockpot.merge.kernel.BlockwiseKernel;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.ScalarKernel;
import dev.stockpot.merge.kernel.provider.WarmUp.WarmingKernel;
import dev.stockpot.merge.kernel.vector.PreferredVectors;
import dev.stockpot.merge.kernel.vector.VectorLoops;
import java.util.Optional;

/** Chooses among the implementations of the kernels, which all give the same bits. */
public final class Kernels {
  /** Changes whenever the bits of an output may change. */
  public static final int KERNEL_VERSION = 1;

  /**
   * Input bytes of a dtype before its loops change to vectors: about two seconds of one core, which
   * is what it costs to compile those. The launcher starts merges of fewer without vectors.
   */
  public static final long SCALAR_BYTES = 16_000_000_000L;

  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  private Kernels() {}

  /**
   * The fastest implementation that this JVM and this processor can run. Its kernels are scalar for
   * the first gigabytes, and change to vectors between two calls once those are compiled.
   */
  public static KernelProvider best() {
    if (!hasVectorModule()) {
      return scalar("scalar: started without --add-modules " + VECTOR_MODULE);
    }
    return PreferredVectors.serve()
        ? Vector.WARMING
        : scalar("scalar: vectors of " + PreferredVectors.bits() + " bit are too short to pay");
  }

  /** Vectors from the first call on, where there are any; for tests and measurements. */
  public static Optional<KernelProvider> vector() {
    return hasVectorModule() && PreferredVectors.serve()
        ? Optional.of(Vector.AT_ONCE)
        : Optional.empty();
  }

  /** Plain Java, which runs everywhere. */
  public static KernelProvider scalar() {
    return scalar("scalar: asked for");
  }

  private static boolean hasVectorModule() {
    return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
  }

  private static KernelProvider scalar(String description) {
    return new KernelProvider(description, ScalarKernel::new, _ -> {});
  }

  /** Apart, so that it is first touched when the module is known to be there. */
  private static final class Vector {
    static final String DESCRIPTION = "vector, " + PreferredVectors.bits() + " bit";
    static final WarmUp WARM_UP = new WarmUp(VectorLoops::new, SCALAR_BYTES);
    static final KernelProvider AT_ONCE =
        new KernelProvider(DESCRIPTION, Vector::newKernel, _ -> {});
    static final KernelProvider WARMING =
        new KernelProvider(
            DESCRIPTION,
            () -> new WarmingKernel(WARM_UP, newKernel(), new ScalarKernel()),
            WARM_UP::start);

    private static LinearKernel newKernel() {
      return new BlockwiseKernel(new VectorLoops());
    }
  }
}
