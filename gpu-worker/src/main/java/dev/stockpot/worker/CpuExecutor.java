package dev.stockpot.worker;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.KernelProvider;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.LeaseId;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges on the cores of the host: a few threads, each with one {@link ChunkLoop}, and one thread
 * that flushes finished pieces to storage in batches while the others go on.
 */
public final class CpuExecutor implements DeviceExecutor {

  private static final Logger LOG = LoggerFactory.getLogger(CpuExecutor.class);

  /** Enough that no thread idles while a finished lease is replaced. */
  private static final long CAPACITY_PER_THREAD = 128L << 20;

  /** A lease's tasks, for as long as any of them is queued or under way. */
  private static final class Batch {
    private final LeaseId lease;
    private final MergeSpec spec;
    private final OpenFiles files;
    private final ChunkSink shards;
    private final Consumer<List<Outcome>> done;
    private final AtomicInteger unsettled;
    private volatile boolean abandoned;

    Batch(LeaseId lease, MergeSpec spec, OpenFiles files, Consumer<List<Outcome>> done, int tasks) {
      this.lease = lease;
      this.spec = spec;
      this.files = files;
      this.shards = new ShardFiles(files);
      this.done = done;
      this.unsettled = new AtomicInteger(tasks);
    }
  }

  private record Work(Batch batch, TensorTask task) {}

  /** Of one run of a job: another run may have a shard of the same path. */
  private record Shard(OpenFiles files, Path path) {
    static Shard of(Work work) {
      MergeSpec spec = work.batch().spec;
      return new Shard(
          work.batch().files, Path.of(spec.staging(), spec.shard(work.task().shard())));
    }
  }

  private record Unflushed(Work work, Receipt receipt) {}

  private final CpuSettings settings;
  private final KernelProvider kernels;
  private final ExecutorService mergers;
  private final ExecutorService flusher;
  private final BlockingQueue<ChunkLoop> idleLoops;
  private final Queue<Unflushed> unflushed = new ConcurrentLinkedQueue<>();
  private final Map<LeaseId, Batch> batches = new ConcurrentHashMap<>();
  private final Map<String, OpenFiles> jobs = new ConcurrentHashMap<>();
  private volatile boolean closing;

  public CpuExecutor(CpuSettings settings, KernelProvider kernels) {
    this.settings = settings;
    this.kernels = kernels;
    mergers =
        Executors.newFixedThreadPool(
            settings.threads(), Thread.ofPlatform().daemon().name("merge-", 0).factory());
    flusher =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("flush").factory());
    idleLoops = new ArrayBlockingQueue<>(settings.threads());
    for (int i = 0; i < settings.threads(); i++) {
      idleLoops.add(new ChunkLoop(kernels.newKernel(), settings.chunkBytes()));
    }
  }

  @Override
  public Device device() {
    return new Device(
        "cpu",
        "cpu",
        "%d %s, %s"
            .formatted(
                settings.threads(),
                settings.threads() == 1 ? "thread" : "threads",
                kernels.description()));
  }

  @Override
  public long capacity() {
    return CAPACITY_PER_THREAD * settings.threads();
  }

  @Override
  public void submit(
      LeaseId lease, MergeSpec spec, List<TensorTask> tasks, Consumer<List<Outcome>> done) {
    OpenFiles files = jobs.computeIfAbsent(spec.job(), _ -> new OpenFiles());
    Batch batch = new Batch(lease, spec, files, done, tasks.size());
    batches.put(lease, batch);
    for (TensorTask task : tasks) {
      Work work = new Work(batch, task);
      mergers.execute(() -> merge(work));
    }
  }

  @Override
  public void abandon(LeaseId lease) {
    Batch batch = batches.remove(lease);
    if (batch != null) {
      batch.abandoned = true;
    }
  }

  @Override
  public void release(String job) {
    OpenFiles files = jobs.remove(job);
    if (files != null) {
      files.close();
    }
  }

  @Override
  public void close() {
    // No interrupts: one in a channel's read would close the channel for every thread.
    closing = true;
    mergers.close();
    flusher.close();
    for (ChunkLoop loop = idleLoops.poll(); loop != null; loop = idleLoops.poll()) {
      loop.close();
    }
    List.copyOf(jobs.keySet()).forEach(this::release);
  }

  private boolean isAbandoned(Work work) {
    return closing || work.batch().abandoned;
  }

  private void merge(Work work) {
    if (isAbandoned(work)) {
      return;
    }
    ChunkLoop loop = idleLoops.remove();
    try {
      Receipt receipt =
          loop.run(
              work.batch().files,
              work.batch().shards,
              work.batch().spec,
              work.task(),
              () -> isAbandoned(work));
      if (receipt != null) {
        unflushed.add(new Unflushed(work, receipt));
        flusher.execute(this::flush);
      }
    } catch (MergeException e) {
      fail(work, e.failure());
    } catch (IOException e) {
      fail(work, ioFailure(work.task().tensor(), e));
    } catch (RuntimeException | Error e) {
      LOG.error("{}: unexpected failure", work.task().tensor(), e);
      fail(work, new Failure(Failure.Kind.BUG, work.task().tensor() + ": " + e));
    } finally {
      idleLoops.add(loop);
    }
  }

  /** Flushes all that is finished by now; a later call then finds nothing left to do. */
  private void flush() {
    List<Unflushed> batch = new ArrayList<>();
    for (Unflushed each = unflushed.poll(); each != null; each = unflushed.poll()) {
      batch.add(each);
    }
    if (!closing && !batch.isEmpty()) {
      flush(batch);
    }
  }

  private void flush(List<Unflushed> batch) {
    Map<Shard, Optional<Failure>> flushed = new HashMap<>();
    Map<Batch, List<Outcome>> outcomes = new LinkedHashMap<>();
    for (Unflushed each : batch) {
      Work work = each.work();
      if (isAbandoned(work)) {
        continue;
      }
      Optional<Failure> failure = flushed.computeIfAbsent(Shard.of(work), CpuExecutor::flush);
      outcomes
          .computeIfAbsent(work.batch(), _ -> new ArrayList<>())
          .add(
              failure.isEmpty()
                  ? new Outcome.Merged(work.batch().lease, each.receipt())
                  : new Outcome.Failed(work.batch().lease, work.task().id(), failure.get()));
    }
    outcomes.forEach(this::tell);
  }

  private static Optional<Failure> flush(Shard shard) {
    try {
      shard.files().shard(shard.path()).force(false);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(ioFailure(shard.path().toString(), e));
    }
  }

  private void fail(Work work, Failure failure) {
    tell(work.batch(), List.of(new Outcome.Failed(work.batch().lease, work.task().id(), failure)));
  }

  private void tell(Batch batch, List<Outcome> outcomes) {
    if (batch.unsettled.addAndGet(-outcomes.size()) == 0) {
      batches.remove(batch.lease, batch);
    }
    if (!batch.abandoned) {
      batch.done.accept(outcomes);
    }
  }

  /** A file that cannot be read or written: told as the file system's own words and the file. */
  private static Failure ioFailure(String where, IOException e) {
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
