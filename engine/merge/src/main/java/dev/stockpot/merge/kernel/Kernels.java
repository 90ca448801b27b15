package dev.stockpot.merge.kernel;

/** Chooses among the implementations of the kernels. */
public final class Kernels {
  /** Changes whenever the bits of an output may change. */
  public static final int KERNEL_VERSION = 1;

  private static final KernelProvider SCALAR = new KernelProvider("scalar", ScalarLoops::new);

  private Kernels() {}

  /** The fastest implementation that this JVM can run. */
  public static KernelProvider best() {
    return SCALAR;
  }

  /** Plain Java, for comparison. */
  public static KernelProvider scalar() {
    return SCALAR;
  }
}
