package dev.stockpot.worker.cuda;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How fast the bus is, each way by itself, in bytes per second.
 *
 * @param in from pinned host memory to the device
 * @param out back
 */
record BusRates(long in, long out) {

  /** Two or three milliseconds of a fast bus. */
  private static final long BYTES = 64L << 20;

  /**
   * Measures with an idle slot.
   *
   * @throws DeviceFailure if that takes too long
   */
  static BusRates measure(CudaContext context, Slot slot, long timeoutNanos) {
    Runnable in = () -> context.copyIn(slot.host(), slot.device(), slot.stream());
    Runnable out = () -> context.copyOut(slot.device(), slot.host(), slot.stream());
    // The first copies of a context pay for what the driver sets up.
    nanos(context, slot, in, 1, timeoutNanos);
    nanos(context, slot, out, 1, timeoutNanos);
    int copies = (int) Math.ceilDiv(BYTES, slot.bytes());
    long bytes = copies * slot.bytes();
    return new BusRates(
        rate(bytes, nanos(context, slot, in, copies, timeoutNanos)),
        rate(bytes, nanos(context, slot, out, copies, timeoutNanos)));
  }

  private static long rate(long bytes, long nanos) {
    return (long) ((double) bytes * TimeUnit.SECONDS.toNanos(1) / nanos);
  }

  private static long nanos(
      CudaContext context, Slot slot, Runnable copy, int copies, long timeoutNanos) {
    long start = System.nanoTime();
    for (int i = 0; i < copies; i++) {
      copy.run();
    }
    context.record(slot.event(), slot.stream());
    BooleanSupplier late = () -> System.nanoTime() - start > timeoutNanos;
    while (!context.isDone(slot.event())) {
      if (late.getAsBoolean()) {
        throw new DeviceFailure("the first copy did not end in time");
      }
      Thread.onSpinWait();
    }
    return Math.max(1, System.nanoTime() - start);
  }
}
