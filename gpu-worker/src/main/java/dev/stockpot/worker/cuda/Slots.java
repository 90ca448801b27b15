package dev.stockpot.worker.cuda;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All slots of a device, all of one size: as much of what is wanted as there is memory for. */
record Slots(List<Slot> all, long bytes) implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Slots.class);

  /**
   * Takes the memory. Where it does not suffice, slots are made smaller, and then fewer.
   *
   * @throws CudaFault if there is not even room for one of the least size
   */
  static Slots take(CudaContext context, CudaDevice device, CudaSettings settings) {
    int count = settings.feeders();
    long bytes = settings.slotBytes();
    while (true) {
      try {
        Slots taken = new Slots(take(context, count, bytes), bytes);
        if (count < settings.feeders() || bytes < settings.slotBytes()) {
          LOG.warn(
              "{}: {} slots of {} MiB find no memory; going on with {} of {} MiB",
              device.name(),
              settings.feeders(),
              settings.slotBytes() >> 20,
              count,
              bytes >> 20);
        }
        return taken;
      } catch (CudaFault e) {
        if (!e.isOutOfMemory() || (bytes == CudaSettings.LEAST_SLOT_BYTES && count == 1)) {
          throw e;
        }
        if (bytes > CudaSettings.LEAST_SLOT_BYTES) {
          bytes = Math.max(CudaSettings.LEAST_SLOT_BYTES, bytes / 2);
        } else {
          count /= 2;
        }
      }
    }
  }

  private static List<Slot> take(CudaContext context, int count, long bytes) {
    List<Slot> taken = new ArrayList<>();
    try (Undo undo = new Undo()) {
      for (int i = 0; i < count; i++) {
        Slot slot = new Slot(context, bytes);
        taken.add(slot);
        undo.later(slot::close);
      }
      undo.cancel();
    }
    return List.copyOf(taken);
  }

  /** Gives everything back; nothing may be on its way. */
  @Override
  public void close() {
    all.forEach(Slot::close);
  }

  /** As {@link Slot#forget}. */
  void forget() {
    all.forEach(Slot::forget);
  }
}
