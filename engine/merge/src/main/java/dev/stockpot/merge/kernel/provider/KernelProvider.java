package dev.stockpot.merge.kernel.provider;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.LinearKernel;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One implementation of the kernels, and why it is this one. May be shared between threads. */
public final class KernelProvider {
  private final String description;
  private final Supplier<LinearKernel> kernels;
  private final Consumer<Dtype> warmUp;

  KernelProvider(String description, Supplier<LinearKernel> kernels, Consumer<Dtype> warmUp) {
    this.description = description;
    this.kernels = kernels;
    this.warmUp = warmUp;
  }

  /** For people: {@code vector, 512 bit} or {@code scalar: } and the reason. */
  public String description() {
    return description;
  }

  /** A kernel for the use of one thread. */
  public LinearKernel newKernel() {
    return kernels.get();
  }

  /**
   * Begins to compile the vector loops of a dtype on a thread of its own, if there are any, and
   * returns at once. That costs about two seconds of a core, so it pays for whoever knows that more
   * than thirty gigabytes are to come; otherwise kernels begin by themselves after sixteen.
   */
  public void warmUp(Dtype dtype) {
    warmUp.accept(dtype);
  }
}
