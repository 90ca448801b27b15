package dev.stockpot.worker.cuda;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.kernel.NonFinite;
import dev.stockpot.worker.cuda.Filling.Pass.Copy;
import dev.stockpot.worker.cuda.MergeKernel.Launch;
import dev.stockpot.worker.cuda.MergeKernel.Source;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The next pieces of some tasks and where they lie in a slot: sources that are to stay on the
 * device, then the others, then counters, then outputs. So one copy takes in whatever does not
 * stay, and one copy brings everything back.
 */
final class Filling {

  /** Offsets in the slot; a source that is on the device already has none. */
  private static final class Piece {
    private final long elements;
    private final long[] sources;
    private final long[] outputs;
    private long counters;

    Piece(long elements, int sources, int outputs) {
      this.elements = elements;
      this.sources = new long[sources];
      this.outputs = new long[outputs];
    }
  }

  private final Slot slot;
  private final Map<SlotTask, Piece> pieces = new HashMap<>();
  private final long staying;
  private final long counters;
  private final long outputs;
  private long end;

  /** Divides an empty slot; there must be room for some of each task. */
  Filling(Slot slot, List<SlotTask> tasks) {
    this.slot = slot;
    long room = slot.bytes();
    for (SlotTask task : tasks) {
      long elements = task.elementsIn(room);
      room -= task.bytes(elements);
      pieces.put(
          task,
          new Piece(
              elements, task.work().task().sources().size(), task.work().spec().soups().size()));
    }
    tasks.forEach(task -> placeSources(task, true));
    staying = end;
    tasks.forEach(task -> placeSources(task, false));
    counters = end;
    tasks.forEach(this::placeCounters);
    outputs = end;
    tasks.forEach(this::placeOutputs);
    slot.host().asSlice(counters, outputs - counters).fill((byte) 0);
  }

  private void placeSources(SlotTask task, boolean stay) {
    Piece piece = piece(task);
    for (int k = 0; k < piece.sources.length; k++) {
      if (task.isRead(k) && task.address(k).isPresent() == stay) {
        piece.sources[k] = place(piece.elements * task.dtype(k).bytes());
      }
    }
  }

  private void placeCounters(SlotTask task) {
    Piece piece = piece(task);
    piece.counters = place(piece.outputs.length * SlotTask.COUNTERS_BYTES);
  }

  private void placeOutputs(SlotTask task) {
    Piece piece = piece(task);
    for (int soup = 0; soup < piece.outputs.length; soup++) {
      piece.outputs[soup] = place(outputBytes(task));
    }
  }

  private long place(long bytes) {
    long at = end;
    end += SlotTask.aligned(bytes);
    return at;
  }

  private Piece piece(SlotTask task) {
    Piece piece = pieces.get(task);
    if (piece == null) {
      throw new IllegalArgumentException("a task of another filling");
    }
    return piece;
  }

  private long outputBytes(SlotTask task) {
    return piece(task).elements * task.work().task().dtype().bytes();
  }

  /** How many elements of the task are here. */
  long elements(SlotTask task) {
    return piece(task).elements;
  }

  /** Where a source that is read goes. */
  MemorySegment source(SlotTask task, int source) {
    Piece piece = piece(task);
    return slot.host().asSlice(piece.sources[source], piece.elements * task.dtype(source).bytes());
  }

  /** What a soup has become after the pass. */
  MemorySegment output(SlotTask task, int soup) {
    return slot.host().asSlice(piece(task).outputs[soup], outputBytes(task));
  }

  /** What the kernel counted in it. */
  NonFinite nonFinite(SlotTask task, int soup) {
    long at = piece(task).counters + soup * SlotTask.COUNTERS_BYTES;
    return new NonFinite(
        slot.host().get(ValueLayout.JAVA_LONG, at),
        slot.host().get(ValueLayout.JAVA_LONG, at + Long.BYTES));
  }

  /** What the device is to do for these tasks, whose sources have been read. */
  Pass pass(List<SlotTask> tasks) {
    List<Copy> in = new ArrayList<>();
    List<Launch> launches = new ArrayList<>();
    for (SlotTask task : tasks) {
      addCopiesThatStay(task, in);
      addLaunches(task, launches);
    }
    in.add(new Copy(staying, slot.device() + staying, outputs - staying));
    return new Pass(in, launches, counters, end - counters);
  }

  private void addCopiesThatStay(SlotTask task, List<Copy> in) {
    Piece piece = piece(task);
    for (int k = 0; k < piece.sources.length; k++) {
      if (task.isRead(k) && task.address(k).isPresent()) {
        long bytes = piece.elements * task.dtype(k).bytes();
        in.add(new Copy(piece.sources[k], onDevice(task, k), bytes));
      }
    }
  }

  private void addLaunches(SlotTask task, List<Launch> launches) {
    Piece piece = piece(task);
    for (int soup = 0; soup < piece.outputs.length; soup++) {
      SoupSpec recipe = task.work().spec().soups().get(soup);
      List<Source> sources =
          recipe.sources().stream().map(k -> new Source(onDevice(task, k), task.dtype(k))).toList();
      launches.add(
          new Launch(
              sources,
              recipe.weights(),
              slot.device() + piece.outputs[soup],
              task.work().task().dtype(),
              slot.device() + piece.counters + soup * SlotTask.COUNTERS_BYTES,
              piece.elements));
    }
  }

  /** Address of the piece's first element of a source. */
  private long onDevice(SlotTask task, int source) {
    Dtype dtype = task.dtype(source);
    return task.address(source)
        .map(whole -> whole + task.done() * dtype.bytes())
        .orElseGet(() -> slot.device() + piece(task).sources[source]);
  }

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
}
