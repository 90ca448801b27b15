package dev.stockpot.worker.cuda;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.execution.InputSource.RangeReader;
import dev.stockpot.merge.execution.TaskProgress;
import dev.stockpot.worker.cuda.ResidentSources.Held;
import dev.stockpot.worker.execution.LeasedTask;
import dev.stockpot.worker.execution.LeasedTask.TaskFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A merging task on its way through a slot, piece by piece: its files, its sources that stay on the
 * device, and how far it has come. For one feeder.
 */
final class SlotTask implements AutoCloseable {

  /** Pieces begin at multiples of so many elements, so that what they take in is aligned. */
  private static final long UNIT = 64;

  /** Bytes of the two counters of each soup. */
  static final long COUNTERS_BYTES = 2 * Long.BYTES;

  /** Parts of a slot begin at multiples of this. */
  static final long ALIGNMENT = 256;

  private final LeasedTask work;
  private final TaskFiles files;
  private final DeviceThread device;
  private final TaskProgress progress;
  private final List<Optional<Held>> held;
  private final List<Optional<RangeReader>> readers = new ArrayList<>();
  private long done;
  private boolean givenBack;

  /**
   * A task of which nothing is done.
   *
   * @param files owned from now on, also if this throws
   */
  SlotTask(LeasedTask work, TaskFiles files, DeviceThread device) throws IOException {
    this.work = work;
    this.files = files;
    this.device = device;
    this.progress = new TaskProgress(work.spec(), work.task());
    try {
      this.held = hold();
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
    try {
      open();
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private List<Optional<Held>> hold() {
    TensorTask task = work.task();
    if (!work.spec().reuseSources()) {
      return Collections.nCopies(task.sources().size(), Optional.empty());
    }
    List<ResidentSources.Key> keys =
        task.sources().stream()
            .map(range ->
                new ResidentSources.Key(
                    work.spec().input(range.input()), range.offset(), range.length()))
            .toList();
    return device.ask(resident -> resident.hold(keys));
  }

  private void open() throws IOException {
    for (int k = 0; k < held.size(); k++) {
      if (isThere(k)) {
        files.inputs().prove(work.spec(), work.task(), k);
        readers.add(Optional.empty());
      } else {
        readers.add(Optional.of(files.inputs().open(work.spec(), work.task(), k)));
      }
    }
  }

  /** Whether the source is on the device already, all of it. */
  private boolean isThere(int source) {
    return held.get(source).flatMap(SlotTask::crc).isPresent();
  }

  private static Optional<Integer> crc(Held held) {
    return held.crc().stream().boxed().findFirst();
  }

  /** Whether the kernel can do it, in slots of so many bytes. */
  static boolean fits(LeasedTask work, long slotBytes) {
    return isForKernel(work)
        && elementsIn(slotBytes, work.spec(), work.task(), work.task().sources()) > 0;
  }

  /** What is left to the host: copies, too many sources, and tasks that contradict themselves. */
  private static boolean isForKernel(LeasedTask work) {
    TensorTask task = work.task();
    return task.operation() == Operation.MERGE
        && task.dtype().mergeable()
        && task.sources().stream().allMatch(range -> isWhole(range, task.elements()))
        && work.spec().soups().stream().allMatch(soup -> isForKernel(soup, task));
  }

  private static boolean isWhole(SourceRange range, long elements) {
    return range.dtype().mergeable() && range.length() == elements * range.dtype().bytes();
  }

  private static boolean isForKernel(SoupSpec soup, TensorTask task) {
    return soup.sources().size() <= MergeKernel.MOST_SOURCES
        && soup.sources().stream().allMatch(source -> source < task.sources().size());
  }

  /** Bytes of a slot that has room for all of the task at once, if the kernel can do it. */
  static long bytes(LeasedTask work) {
    TensorTask task = work.task();
    return isForKernel(work)
        ? bytes(task.elements(), work.spec(), task, task.sources())
        : work.spec().traffic(task);
  }

  private static long bytes(
      long elements, MergeSpec spec, TensorTask task, List<SourceRange> read) {
    long soups = spec.soups().size();
    long bytes = aligned(soups * COUNTERS_BYTES) + soups * aligned(elements * task.dtype().bytes());
    for (SourceRange range : read) {
      bytes += aligned(elements * range.dtype().bytes());
    }
    return bytes;
  }

  private static long elementsIn(
      long room, MergeSpec spec, TensorTask task, List<SourceRange> read) {
    if (bytes(task.elements(), spec, task, read) <= room) {
      return task.elements();
    }
    long soups = spec.soups().size();
    long padding = (read.size() + soups + 1) * ALIGNMENT + soups * COUNTERS_BYTES;
    long width = soups * task.dtype().bytes();
    for (SourceRange range : read) {
      width += range.dtype().bytes();
    }
    return Math.max(0, (room - padding) / width / UNIT * UNIT);
  }

  static long aligned(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  /** How many of the elements that are left a slot has room for in so many bytes. */
  long elementsIn(long room) {
    return Math.min(
        elementsIn(room, work.spec(), work.task(), readSources()), work.task().elements() - done);
  }

  /** Bytes of a slot that so many elements take. */
  long bytes(long elements) {
    return bytes(elements, work.spec(), work.task(), readSources());
  }

  private List<SourceRange> readSources() {
    return IntStream.range(0, readers.size())
        .filter(this::isRead)
        .mapToObj(work.task().sources()::get)
        .toList();
  }

  LeasedTask work() {
    return work;
  }

  TaskFiles files() {
    return files;
  }

  TaskProgress progress() {
    return progress;
  }

  /** Elements that are done. */
  long done() {
    return done;
  }

  Dtype dtype(int source) {
    return work.task().sources().get(source).dtype();
  }

  /** Whether the source is read, and so takes room in the slot. */
  boolean isRead(int source) {
    return readers.get(source).isPresent();
  }

  RangeReader reader(int source) {
    return readers.get(source).orElseThrow();
  }

  /** Where on the device the source stays; empty if it goes through the slot. */
  Optional<Long> address(int source) {
    return held.get(source).map(Held::address);
  }

  void advance(long elements) {
    done += elements;
  }

  boolean isDone() {
    return done == work.task().elements();
  }

  Receipt receipt() {
    return progress.receipt(
        IntStream.range(0, held.size())
            .map(k -> held.get(k).flatMap(SlotTask::crc).orElseGet(() -> progress.sourceCrc(k)))
            .boxed()
            .toList());
  }

  /**
   * Needs its sources on the device no more; what it has brought there stays only if it is done. To
   * be called before the task is answered: a job that follows may want their room.
   */
  void giveBack() {
    if (givenBack) {
      return;
    }
    givenBack = true;
    for (int k = 0; k < held.size(); k++) {
      OptionalInt crc = isDone() ? OptionalInt.of(progress.sourceCrc(k)) : OptionalInt.empty();
      held.get(k).ifPresent(each -> device.tell(resident -> resident.giveBack(each, crc)));
    }
  }

  @Override
  public void close() {
    giveBack();
    readers.forEach(reader -> reader.ifPresent(RangeReader::close));
    files.close();
  }
}
