package dev.stockpot.worker.cuda;

import dev.stockpot.worker.cuda.MergeKernel.Launch;
import java.util.List;

/**
 * What the device does with a filled slot, in this order.
 *
 * @param in from the slot's host memory to the device's
 * @param launches of the kernel
 * @param outFrom offset in the slot of what is copied back
 * @param outBytes its length
 */
record Pass(List<Copy> in, List<Launch> launches, long outFrom, long outBytes) {

  /**
   * @param from offset in the slot's host memory
   * @param to address in device memory
   */
  record Copy(long from, long to, long bytes) {}
}
