package dev.stockpot.worker;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.KernelProvider;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.worker.LeasedTasks.Work;
import dev.stockpot.worker.storage.InputSource;
import dev.stockpot.worker.storage.JobStorage;
import dev.stockpot.worker.storage.LeaseOverException;
import dev.stockpot.worker.storage.NodeStorage;
import dev.stockpot.worker.storage.Upload;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges on the cores of the host: a few threads, each with one {@link ChunkLoop}, and one thread
 * that flushes finished pieces to storage in batches while the others go on. Pieces that go through
 * the coordinator are flushed there, and are on their way while the threads go on likewise.
 */
public final class CpuExecutor implements DeviceExecutor {

  private static final Logger LOG = LoggerFactory.getLogger(CpuExecutor.class);

  /** Enough that no thread idles while a finished lease is replaced. */
  private static final long CAPACITY_PER_THREAD = 512L << 20;

  private final CpuSettings settings;
  private final KernelProvider kernels;
  private final NodeStorage storage;
  private final DeviceRates rates;
  private final ExecutorService mergers;
  private final AtomicInteger unmerged = new AtomicInteger();
  private final ShardFlusher flusher = new ShardFlusher(this::tell);
  private final BlockingQueue<ChunkLoop> idleLoops;
  private final Map<LeaseId, LeasedTasks> leases = new ConcurrentHashMap<>();
  private final Map<String, JobStorage> jobs = new ConcurrentHashMap<>();
  private volatile boolean closing;

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
    this.storage = storage;
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
    JobStorage files = jobs.computeIfAbsent(spec.job(), storage::job);
    LeasedTasks leased = new LeasedTasks(lease, spec, files, access, done, tasks.size());
    leases.put(lease, leased);
    unmerged.addAndGet(tasks.size());
    for (TensorTask task : tasks) {
      Work work = new Work(leased, task);
      mergers.execute(() -> {
        merge(work);
        if (unmerged.decrementAndGet() == 0) {
          flusher.hurry();
        }
      });
    }
  }

  @Override
  public void abandon(LeaseId lease) {
    LeasedTasks leased = leases.remove(lease);
    if (leased != null) {
      leased.abandon();
    }
  }

  @Override
  public boolean withdraw(LeaseId lease) {
    LeasedTasks leased = leases.get(lease);
    boolean withdrawn = leased != null && leased.withdraw();
    if (withdrawn) {
      leases.remove(lease);
    }
    return withdrawn;
  }

  @Override
  public List<StorageUse> storage() {
    return jobs.values().stream().flatMap(files -> files.uses().stream()).toList();
  }

  @Override
  public void release(String job) {
    JobStorage files = jobs.remove(job);
    if (files != null) {
      files.close();
    }
  }

  @Override
  public void close() {
    // No interrupts: one in a channel's read would close the channel for every thread.
    closing = true;
    mergers.close();
    leases.values().forEach(LeasedTasks::abandon);
    flusher.close();
    for (ChunkLoop loop = idleLoops.poll(); loop != null; loop = idleLoops.poll()) {
      loop.close();
    }
    List.copyOf(jobs.keySet()).forEach(this::release);
  }

  private boolean isAbandoned(Work work) {
    return closing || work.of().isAbandoned();
  }

  private void merge(Work work) {
    if (closing || !work.of().begin()) {
      return;
    }
    ChunkLoop loop = idleLoops.remove();
    try {
      merge(work, loop);
    } catch (LeaseOverException e) {
      leaseOver(work, e);
    } catch (MergeException e) {
      fail(work, e.failure());
    } catch (IOException e) {
      fail(work, ioFailure(work.task().tensor(), e));
    } catch (RuntimeException | Error e) {
      fail(work, bug(work.task(), e));
    } finally {
      idleLoops.add(loop);
    }
  }

  private void merge(Work work, ChunkLoop loop) throws IOException {
    LeasedTasks leased = work.of();
    JobStorage files = leased.storage();
    BooleanSupplier abandoned = () -> isAbandoned(work);
    InputSource inputs = files.inputs(leased.access(), abandoned);
    Optional<Upload> upload = files.upload(leased.spec(), work.task(), leased.access(), abandoned);
    if (upload.isEmpty()) {
      Receipt receipt = loop.run(inputs, files.shards(), leased.spec(), work.task(), abandoned);
      if (receipt != null) {
        flusher.add(work, receipt);
      }
      return;
    }
    try (Upload begun = upload.get()) {
      Receipt receipt = loop.run(inputs, begun, leased.spec(), work.task(), abandoned);
      if (receipt != null) {
        send(work, begun, receipt);
      }
    }
  }

  private void send(Work work, Upload upload, Receipt receipt) {
    LeasedTasks leased = work.of();
    leased.follow(upload);
    CompletableFuture<Void> stored = upload.send(receipt.outputs());
    if (leased.isAbandoned()) {
      upload.cancel();
    }
    var _ =
        stored.whenComplete((_, error) -> {
          leased.ended(upload);
          if (isAbandoned(work)) {
            return;
          }
          switch (error) {
            case null -> tell(leased, List.of(new Outcome.Merged(leased.lease(), receipt)));
            case LeaseOverException over -> leaseOver(work, over);
            case MergeException failed -> fail(work, failed.failure());
            default -> fail(work, bug(work.task(), error));
          }
        });
  }

  private void leaseOver(Work work, LeaseOverException e) {
    LeasedTasks leased = work.of();
    if (!leased.isAbandoned()) {
      LeaseId lease = leased.lease();
      LOG.info("lease {} of {} is over: {}", lease.number(), lease.job(), e.getMessage());
      tell(leased, List.of(new Outcome.LeaseOver(lease, work.task().id())));
      abandon(lease);
    }
  }

  private static Failure bug(TensorTask task, Throwable error) {
    LOG.error("{}: unexpected failure", task.tensor(), error);
    return new Failure(Failure.Kind.BUG, task.tensor() + ": " + error);
  }

  private void fail(Work work, Failure failure) {
    tell(work.of(), List.of(work.of().failed(work.task(), failure)));
  }

  private void tell(LeasedTasks leased, List<Outcome> outcomes) {
    if (leased.tell(outcomes)) {
      leases.remove(leased.lease(), leased);
    }
  }

  /** A file that cannot be read or written: told as the file system's own words and the file. */
  static Failure ioFailure(String where, IOException e) {
    String reason =
        switch (e) {
          case NoSuchFileException gone -> gone.getFile() + ": the file is gone";
          case FileSystemException named when named.getReason() != null ->
              named.getFile() + ": " + named.getReason();
          default -> String.valueOf(e.getMessage());
        };
    boolean full = reason.contains("No space left") || reason.contains("quota exceeded");
    return new Failure(
        full ? Failure.Kind.OUT_OF_DISK : Failure.Kind.ENVIRONMENT, where + ": " + reason);
  }
}
