package dev.stockpot.merge.kernel;

import dev.stockpot.checkpoint.Dtype;
import java.util.Optional;
import java.util.function.Supplier;

/** One implementation of the kernels, and why it is this one. May be shared between threads. */
public final class KernelProvider {
  private final String description;
  private final Supplier<BlockLoops> loops;
  private final Optional<WarmUp> warmUp;

  KernelProvider(String description, Supplier<BlockLoops> loops, Optional<WarmUp> warmUp) {
    this.description = description;
    this.loops = loops;
    this.warmUp = warmUp;
  }

  /** For people: {@code vector, 512 bit} or {@code scalar: } and the reason. */
  public String description() {
    return description;
  }

  /** A kernel for the use of one thread. */
  public LinearKernel newKernel() {
    BlockLoops scalar = new ScalarLoops();
    BlockLoops own = loops.get();
    return warmUp
        .map(warm -> new BlockwiseKernel(dtype -> warm.isReady(dtype), own, scalar))
        .orElseGet(() -> new BlockwiseKernel(_ -> true, own, scalar));
  }

  /**
   * Begins to compile what a dtype needs, on a thread of its own, and returns at once. Kernels do
   * so when they first meet a dtype; whoever knows it a second earlier saves that second.
   */
  public void warmUp(Dtype dtype) {
    warmUp.ifPresent(warm -> warm.start(dtype));
  }
}
