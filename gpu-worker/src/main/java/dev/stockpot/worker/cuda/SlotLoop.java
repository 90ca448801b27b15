package dev.stockpot.worker.cuda;

import dev.stockpot.merge.execution.ChunkLoop;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.worker.execution.LeasedTask;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * What a feeder does: fills its slot with pieces of tasks, has the device merge them, and writes
 * what comes back. What the kernel cannot do is done on the host, with the same bytes. Used by one
 * thread at a time.
 */
final class SlotLoop implements AutoCloseable {

  /** Read and written at once: stays in the core's cache for the checksum. */
  private static final long CHUNK_BYTES = 256 << 10;

  private final DeviceThread device;
  private final Slot slot;
  private final ChunkLoop host;

  /**
   * A loop that has not run.
   *
   * @param slot for this loop alone; the device's thread owns it
   * @param host owned from now on
   */
  SlotLoop(DeviceThread device, Slot slot, ChunkLoop host) {
    this.device = device;
    this.slot = slot;
    this.host = host;
  }

  /** Does these tasks to their ends; if there are several, they fit the slot together. */
  void run(List<LeasedTask> batch) {
    List<SlotTask> open = new ArrayList<>();
    for (LeasedTask work : batch) {
      begin(work, open);
      if (open.stream().anyMatch(task -> task.files().upload().isPresent())) {
        // Whoever waits for upload buffers must hold none, or two feeders could wait for ever.
        finish(open);
      }
    }
    finish(open);
  }

  /** Takes the tasks to their ends; whatever happens, each is answered. */
  private void finish(List<SlotTask> open) {
    try {
      dropIf(open, task -> task.work().isAbandoned());
      while (!open.isEmpty()) {
        pass(open);
        dropIf(open, task -> task.work().isAbandoned());
      }
    } catch (RuntimeException | Error e) {
      dropIf(
          open,
          task -> {
            task.work().failed(e);
            return true;
          });
    }
  }

  private void begin(LeasedTask work, List<SlotTask> open) {
    if (!work.begin()) {
      return;
    }
    if (device.failure().isPresent()) {
      work.deviceFailed(device.failure().get());
    } else if (SlotTask.fits(work, slot.bytes())) {
      attempt(work, () -> open.add(new SlotTask(work, work.files(), device)));
    } else {
      work.mergeOnHost(host);
    }
  }

  /** One step of one task. */
  private interface Step {
    void run() throws IOException;
  }

  /** Answers whether it went well; if not, that is told, and the task is over. */
  private boolean attempt(LeasedTask work, Step step) {
    try {
      step.run();
      return true;
    } catch (DeviceFailure e) {
      work.deviceFailed(e.reason());
    } catch (IOException | RuntimeException | Error e) {
      work.failed(e);
    }
    return false;
  }

  /** As much of the tasks as the slot holds; those that are over leave the list, closed. */
  private void pass(List<SlotTask> open) {
    Filling filling = new Filling(slot, open);
    dropIf(open, task -> !attempt(task.work(), () -> read(filling, task)));
    if (open.isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    try {
      device.run(slot, filling.pass(open));
    } catch (DeviceFailure e) {
      dropIf(
          open,
          task -> {
            task.work().deviceFailed(e.reason());
            return true;
          });
      return;
    }
    long nanos = (System.nanoTime() - start) / open.size();
    List<LeasedTask> refused = new ArrayList<>();
    dropIf(
        open,
        task -> {
          task.progress().mergedFor(nanos);
          if (isRefused(filling, task)) {
            refused.add(task.work());
            return true;
          }
          return !attempt(task.work(), () -> write(filling, task)) || task.isDone();
        });
    // What the plan forbids is found again there, by a loop that can say where it comes from.
    refused.forEach(work -> work.mergeOnHost(host));
  }

  private static void dropIf(List<SlotTask> open, Predicate<SlotTask> isOver) {
    Iterator<SlotTask> each = open.iterator();
    while (each.hasNext()) {
      SlotTask task = each.next();
      if (isOver.test(task)) {
        each.remove();
        task.close();
      }
    }
  }

  private void read(Filling filling, SlotTask task) throws IOException {
    for (int k = 0; k < task.work().task().sources().size(); k++) {
      if (task.isRead(k)) {
        MemorySegment target = filling.source(task, k);
        for (long at = 0; at < target.byteSize(); at += CHUNK_BYTES) {
          long bytes = Math.min(CHUNK_BYTES, target.byteSize() - at);
          task.progress().read(k, task.reader(k), target.asSlice(at, bytes));
        }
      }
    }
  }

  private static boolean isRefused(Filling filling, SlotTask task) {
    return task.work().spec().nonFinite() == NonFinitePolicy.FAIL
        && IntStream.range(0, task.work().spec().soups().size())
            .anyMatch(soup -> !filling.nonFinite(task, soup).isNone());
  }

  private void write(Filling filling, SlotTask task) throws IOException {
    long from = task.done() * task.work().task().dtype().bytes();
    for (int soup = 0; soup < task.work().spec().soups().size(); soup++) {
      task.progress().merged(soup, filling.nonFinite(task, soup));
      MemorySegment merged = filling.output(task, soup);
      for (long at = 0; at < merged.byteSize(); at += CHUNK_BYTES) {
        long bytes = Math.min(CHUNK_BYTES, merged.byteSize() - at);
        task.progress().write(task.files().sink(), soup, from + at, merged.asSlice(at, bytes));
      }
    }
    task.advance(filling.elements(task));
    if (task.isDone()) {
      task.giveBack();
      task.work().merged(task.files(), task.receipt());
    }
  }

  @Override
  public void close() {
    host.close();
  }
}
