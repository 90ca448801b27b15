package dev.stockpot.worker.cpu;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.ChunkLoop;
import dev.stockpot.merge.kernel.provider.KernelProvider;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.worker.execution.DeviceExecutor;
import dev.stockpot.worker.execution.LeaseBook;
import dev.stockpot.worker.execution.LeasedTask;
import dev.stockpot.worker.storage.NodeStorage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Merges on the cores of the host: a few threads, each with one {@link ChunkLoop}. */
public final class CpuExecutor implements DeviceExecutor {

  /** Enough that no thread idles while a finished lease is replaced. */
  private static final long CAPACITY_PER_THREAD = 1L << 30;

  private final CpuSettings settings;
  private final KernelProvider kernels;
  private final LeaseBook book;
  private final DeviceRates rates;
  private final ExecutorService mergers;
  private final BlockingQueue<ChunkLoop> idleLoops;

  /** An executor for jobs that were planned in this process. */
  public CpuExecutor(CpuSettings settings, KernelProvider kernels) {
    this(settings, kernels, NodeStorage.own());
  }

  /** An executor whose rates nobody asks for. */
  public CpuExecutor(CpuSettings settings, KernelProvider kernels, NodeStorage storage) {
    this(settings, kernels, storage, DeviceRates.UNMEASURED);
  }

  /**
   * An executor without work.
   *
   * @param storage borrowed
   * @param rates as they were measured
   */
  public CpuExecutor(
      CpuSettings settings, KernelProvider kernels, NodeStorage storage, DeviceRates rates) {
    this.rates = rates;
    this.settings = settings;
    this.kernels = kernels;
    book = new LeaseBook(storage);
    mergers =
        Executors.newFixedThreadPool(
            settings.threads(), Thread.ofPlatform().daemon().name("merge-", 0).factory());
    idleLoops = new ArrayBlockingQueue<>(settings.threads());
    for (int i = 0; i < settings.threads(); i++) {
      idleLoops.add(new ChunkLoop(kernels.newKernel(), settings.chunkBytes()));
    }
  }

  @Override
  public Device device() {
    return new Device(
        Device.CPU,
        "cpu",
        "%d %s, %s"
            .formatted(
                settings.threads(),
                settings.threads() == 1 ? "thread" : "threads",
                kernels.description()),
        rates);
  }

  @Override
  public long capacity() {
    return CAPACITY_PER_THREAD * settings.threads();
  }

  @Override
  public void submit(
      LeaseId lease,
      MergeSpec spec,
      List<TensorTask> tasks,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done) {
    book.open(lease, spec, tasks, access, done).forEach(task -> mergers.execute(() -> merge(task)));
  }

  private void merge(LeasedTask task) {
    if (task.begin()) {
      ChunkLoop loop = idleLoops.remove();
      task.mergeOnHost(loop);
      idleLoops.add(loop);
    }
    task.over();
  }

  @Override
  public Leases leases() {
    return book;
  }

  @Override
  public void close() {
    // No interrupts: one in a channel's read would close the channel for every thread.
    book.stop();
    mergers.close();
    book.close();
    for (ChunkLoop loop = idleLoops.poll(); loop != null; loop = idleLoops.poll()) {
      loop.close();
    }
  }
}
