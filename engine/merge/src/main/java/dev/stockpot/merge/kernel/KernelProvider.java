package dev.stockpot.merge.kernel;

import java.util.function.Supplier;

/** One implementation of the kernels, and why it is this one. May be shared between threads. */
public final class KernelProvider {
  private final String description;
  private final Supplier<BlockLoops> loops;

  KernelProvider(String description, Supplier<BlockLoops> loops) {
    this.description = description;
    this.loops = loops;
  }

  /** For people: {@code vector, 512 bit} or {@code scalar: } and the reason. */
  public String description() {
    return description;
  }

  /** A kernel for the use of one thread. */
  public LinearKernel newKernel() {
    return new BlockwiseKernel(loops.get());
  }
}
