package dev.stockpot.worker.cuda;

import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.ChunkLoop;
import dev.stockpot.merge.kernel.provider.KernelProvider;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.worker.execution.DeviceExecutor;
import dev.stockpot.worker.execution.LeaseBook;
import dev.stockpot.worker.execution.LeasedTask;
import dev.stockpot.worker.storage.NodeStorage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Merges on a GPU. Feeders, each a thread with a slot, read sources into pinned memory and write
 * results from it; one thread has the device copy and merge what lies in the slots. Feeders overlap
 * each other, and so do reads, copies both ways, kernels and writes.
 *
 * <p>Once the device has failed, every task that is under way or comes is answered with that.
 */
public final class CudaExecutor implements DeviceExecutor {

  /** As the CPU's executor: enough that no thread idles while a finished lease is replaced. */
  private static final long CAPACITY_PER_FEEDER = 1L << 30;

  /** Beyond that a round over the device costs little beside the tasks' bytes. */
  private static final int MOST_PACKED = 64;

  private final CudaDevice device;
  private final CudaSettings settings;
  private final DeviceThread thread;
  private final LeaseBook book;
  private final ExecutorService feeders;
  private final BlockingQueue<SlotLoop> idleLoops;
  private final Queue<LeasedTask> waiting = new ArrayDeque<>();
  private final Supplier<Optional<DeviceSample>> samples;
  private final long slotBytes;

  private CudaExecutor(
      CudaDevice device,
      CudaSettings settings,
      DeviceThread thread,
      KernelProvider host,
      NodeStorage storage,
      Supplier<Optional<DeviceSample>> samples) {
    this.samples = samples;
    this.device = device;
    this.settings = settings;
    this.thread = thread;
    book = new LeaseBook(storage);
    List<Slot> slots = thread.slots();
    slotBytes = slots.getFirst().bytes();
    feeders =
        Executors.newFixedThreadPool(
            slots.size(),
            Thread.ofPlatform().daemon().name("feed-" + device.ordinal() + "-", 0).factory());
    idleLoops = new ArrayBlockingQueue<>(slots.size());
    for (Slot slot : slots) {
      ChunkLoop onHost = new ChunkLoop(host.newKernel(), ChunkLoop.DEFAULT_CHUNK_BYTES);
      idleLoops.add(new SlotLoop(thread, slot, onHost));
    }
  }

  /** As the other, on a device of which nobody takes samples. */
  public static CudaExecutor start(
      CudaDevice device, CudaSettings settings, KernelProvider host, NodeStorage storage) {
    return start(device, settings, host, storage, Optional::empty);
  }

  /**
   * Opens the device, takes its memory and measures its bus; that may take a second or more.
   *
   * @param host kernels for what the device's cannot do
   * @param storage borrowed
   * @param samples what the device says of itself; quick
   * @throws MergeException if the device cannot be used, or has too little memory
   */
  public static CudaExecutor start(
      CudaDevice device,
      CudaSettings settings,
      KernelProvider host,
      NodeStorage storage,
      Supplier<Optional<DeviceSample>> samples) {
    DeviceThread thread = DeviceThread.start(device, settings);
    return new CudaExecutor(device, settings, thread, host, storage, samples);
  }

  @Override
  public Device device() {
    BusRates rates = thread.rates();
    return new Device(
        Device.CUDA,
        device.name(),
        "%d feeders with %d MiB each".formatted(thread.slots().size(), slotBytes >> 20),
        new DeviceRates(rates.in(), rates.out(), settings.residentBytes() > 0));
  }

  @Override
  public Optional<DeviceSample> sample() {
    return samples.get();
  }

  @Override
  public long capacity() {
    return CAPACITY_PER_FEEDER * thread.slots().size();
  }

  @Override
  public void submit(
      LeaseId lease,
      MergeSpec spec,
      List<TensorTask> tasks,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done) {
    List<LeasedTask> works = book.open(lease, spec, tasks, access, done);
    synchronized (waiting) {
      waiting.addAll(works);
    }
    works.forEach(_ -> feeders.execute(this::feed));
  }

  /** Called once for every task; finds nothing where tasks before it were packed. */
  private void feed() {
    List<LeasedTask> batch = nextBatch();
    if (batch.isEmpty()) {
      return;
    }
    SlotLoop loop = idleLoops.remove();
    try {
      loop.run(batch);
    } finally {
      idleLoops.add(loop);
      batch.forEach(LeasedTask::over);
    }
  }

  /**
   * One task, or several that stand next to each other and fill no more than half of a slot: a way
   * over the device costs small ones more than their bytes. Never more than a feeder's part of what
   * waits, so that the others have work too.
   */
  private List<LeasedTask> nextBatch() {
    List<LeasedTask> batch = new ArrayList<>();
    synchronized (waiting) {
      int most = Math.clamp(waiting.size() / thread.slots().size(), 1, MOST_PACKED);
      long bytes = 0;
      for (LeasedTask next = waiting.peek(); next != null; next = waiting.peek()) {
        bytes += SlotTask.bytes(next);
        if (batch.size() == most || (!batch.isEmpty() && bytes > slotBytes / 2)) {
          break;
        }
        batch.add(waiting.remove());
      }
    }
    return batch;
  }

  @Override
  public Leases leases() {
    return book;
  }

  @Override
  public void close() {
    // No interrupts: one in a channel's read would close the channel for every thread.
    book.stop();
    thread.hurry();
    feeders.close();
    book.close();
    for (SlotLoop loop = idleLoops.poll(); loop != null; loop = idleLoops.poll()) {
      loop.close();
    }
    thread.close();
  }
}
