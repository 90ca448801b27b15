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
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

  private record Work(
      LeaseId lease, MergeSpec spec, TensorTask task, Consumer<List<Outcome>> done) {}

  private record Unflushed(Work work, Receipt receipt) {}

  private final CpuSettings settings;
  private final KernelProvider kernels;
  private final OpenFiles files = new OpenFiles();
  private final ExecutorService mergers;
  private final ExecutorService flusher;
  private final BlockingQueue<ChunkLoop> idleLoops;
  private final Queue<Unflushed> unflushed = new ConcurrentLinkedQueue<>();
  private final Set<LeaseId> abandoned = ConcurrentHashMap.newKeySet();
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
      idleLoops.add(
          new ChunkLoop(files, new ShardFiles(files), kernels.newKernel(), settings.chunkBytes()));
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
    for (TensorTask task : tasks) {
      Work work = new Work(lease, spec, task, done);
      mergers.execute(() -> merge(work));
    }
  }

  @Override
  public void abandon(LeaseId lease) {
    abandoned.add(lease);
  }

  @Override
  public void release(String job) {
    files.release(job);
    abandoned.removeIf(lease -> lease.job().equals(job));
  }

  @Override
  public void close() {
    // No interrupts: one in a channel's read would close the channel for every thread.
    closing = true;
    mergers.close();
    flusher.close();
    idleLoops.forEach(ChunkLoop::close);
    files.close();
  }

  private boolean isAbandoned(Work work) {
    return closing || abandoned.contains(work.lease());
  }

  private void merge(Work work) {
    if (isAbandoned(work)) {
      return;
    }
    ChunkLoop loop = idleLoops.remove();
    try {
      Receipt receipt = loop.run(work.spec(), work.task(), () -> isAbandoned(work));
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
    Map<Path, Failure> failures = new HashMap<>();
    Set<Path> flushed = new LinkedHashSet<>();
    Map<Consumer<List<Outcome>>, List<Outcome>> outcomes = new LinkedHashMap<>();
    for (Unflushed each : batch) {
      Work work = each.work();
      Path shard = Path.of(work.spec().staging(), work.spec().shards().get(work.task().shard()));
      if (flushed.add(shard)) {
        try {
          FileChannel channel = files.shard(work.spec().job(), shard);
          channel.force(false);
        } catch (IOException e) {
          failures.put(shard, ioFailure(shard.toString(), e));
        }
      }
      Failure failure = failures.get(shard);
      outcomes
          .computeIfAbsent(work.done(), _ -> new ArrayList<>())
          .add(
              failure == null
                  ? new Outcome.Merged(work.lease(), each.receipt())
                  : new Outcome.Failed(work.lease(), work.task().id(), failure));
    }
    outcomes.forEach(Consumer::accept);
  }

  private static void fail(Work work, Failure failure) {
    work.done().accept(List.of(new Outcome.Failed(work.lease(), work.task().id(), failure)));
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
