package dev.stockpot.worker.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;

/**
 * Pinned memory of the host and as much of the device, the same offsets in both, with a stream and
 * an event for what is done with them. Made and closed by the device's thread. One feeder at a time
 * fills and empties the host's memory, while nothing of the slot is on its way.
 */
final class Slot implements AutoCloseable {

  private static final long PAGE = 4096;

  private final CudaContext context;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment host;
  private final long device;
  private final CUstream stream;
  private final CUevent event;

  /** Takes all or nothing. */
  Slot(CudaContext context, long bytes) {
    this.context = context;
    try (Undo undo = new Undo()) {
      undo.later(arena::close);
      device = context.allocate(bytes);
      undo.later(() -> context.free(device));
      host = arena.allocate(bytes, PAGE);
      context.pin(host);
      undo.later(() -> context.unpin(host));
      stream = context.newStream();
      undo.later(() -> context.destroy(stream));
      event = context.newEvent();
      undo.cancel();
    }
  }

  MemorySegment host() {
    return host;
  }

  /** Address of the device's memory. */
  long device() {
    return device;
  }

  long bytes() {
    return host.byteSize();
  }

  CUstream stream() {
    return stream;
  }

  CUevent event() {
    return event;
  }

  /** Gives everything back; nothing may be on its way. */
  @Override
  public void close() {
    context.destroy(event);
    context.destroy(stream);
    context.unpin(host);
    context.free(device);
    forget();
  }

  /** Gives the host's memory back when the context, and all else with it, is gone. */
  void forget() {
    if (host.scope().isAlive()) {
      arena.close();
    }
  }
}
