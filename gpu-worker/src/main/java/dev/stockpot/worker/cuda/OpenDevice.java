package dev.stockpot.worker.cuda;

import dev.stockpot.worker.cuda.Filling.Pass;
import java.time.Duration;

/**
 * Everything that is held of a device, from the context to the memory. For the device's thread, but
 * for what feeders do with the slots' host memory.
 */
final class OpenDevice implements AutoCloseable {

  /** Of the free memory, what is left to others. */
  private static final int RESERVED_PART = 16;

  private final CudaContext context;
  private final MergeKernel kernel;
  private final Slots slots;
  private final ResidentSources resident;

  /**
   * Takes all or nothing.
   *
   * @throws CudaFault if the device cannot be opened or its memory does not suffice
   */
  OpenDevice(CudaDevice device, CudaSettings settings) {
    try (Undo undo = new Undo()) {
      context = CudaContext.open(device);
      undo.later(context::close);
      kernel = new MergeKernel(context);
      undo.later(kernel::close);
      slots = Slots.take(context, device, settings);
      undo.later(slots::close);
      long free = context.freeBytes();
      resident =
          new ResidentSources(
              new DeviceBlocks(
                  context, Math.min(settings.residentBytes(), free - free / RESERVED_PART)));
      undo.cancel();
    }
  }

  Slots slots() {
    return slots;
  }

  /**
   * Measures the bus, while nothing is under way.
   *
   * @throws DeviceFailure if the device does not answer in time
   */
  BusRates measure(Duration timeout) {
    return BusRates.measure(context, slots.all().getFirst(), timeout.toNanos());
  }

  ResidentSources resident() {
    return resident;
  }

  /** Begins a pass, at whose end the slot's event is reached. */
  void begin(Slot slot, Pass pass) {
    for (Pass.Copy copy : pass.in()) {
      context.copyIn(slot.host().asSlice(copy.from(), copy.bytes()), copy.to(), slot.stream());
    }
    pass.launches().forEach(launch -> kernel.launch(launch, slot.stream()));
    context.copyOut(
        slot.device() + pass.outFrom(),
        slot.host().asSlice(pass.outFrom(), pass.outBytes()),
        slot.stream());
    context.record(slot.event(), slot.stream());
  }

  boolean isDone(Slot slot) {
    return context.isDone(slot.event());
  }

  /** Gives everything back; nothing may be on its way. */
  @Override
  public void close() {
    resident.close();
    slots.close();
    kernel.close();
    context.close();
  }

  /**
   * Gives everything back after a fault, when all that the driver still does is to end the context.
   * Host memory is let go only after that, because the device may write to it until then.
   *
   * @throws CudaFault the fault of before, which the driver answers that call with too; the context
   *     is gone all the same
   */
  void abandon() {
    try {
      context.close();
    } finally {
      slots.forget();
      kernel.forget();
    }
  }
}
