package dev.stockpot.worker.execution;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.ChunkLoop;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.execution.LeasedTasks.Work;
import dev.stockpot.worker.storage.JobStorage;
import dev.stockpot.worker.storage.LeaseOverException;
import dev.stockpot.worker.storage.NodeStorage;
import dev.stockpot.worker.storage.Upload;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of one executor, the files of their jobs, and what is told of their tasks: all that
 * does not depend on the device. One thread of its own flushes finished pieces to storage in
 * batches while others merge; pieces that go through the coordinator are flushed there, and are on
 * their way while the others merge likewise.
 *
 * <p>May be used by many threads. The owner merges: it takes the tasks of {@link #open}, lets each
 * {@link #begin}, ends it by {@link #merged}, {@link #failed} or {@link #deviceFailed}, and says
 * {@link #over} of it in every case.
 */
public final class LeaseBook implements DeviceExecutor.Leases, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseBook.class);

  /** What a piece's receipt waits for the rest of its lease: so much more a crash may cost. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final NodeStorage storage;
  private final ShardFlusher flusher = new ShardFlusher(PATIENCE, this::tell);
  private final Map<LeaseId, LeasedTasks> leases = new ConcurrentHashMap<>();
  private final Map<String, JobStorage> jobs = new ConcurrentHashMap<>();
  private final AtomicInteger unmerged = new AtomicInteger();
  private volatile boolean closing;

  /**
   * A book without leases.
   *
   * @param storage borrowed
   */
  public LeaseBook(NodeStorage storage) {
    this.storage = storage;
  }

  /** The tasks of a lease that begins; the parameters are those of an executor's submit. */
  public List<Work> open(
      LeaseId lease,
      MergeSpec spec,
      List<TensorTask> tasks,
      Optional<RemoteAccess> access,
      Consumer<List<Outcome>> done) {
    JobStorage files = jobs.computeIfAbsent(spec.job(), storage::job);
    LeasedTasks leased = new LeasedTasks(lease, spec, files, access, done, tasks.size());
    leases.put(lease, leased);
    unmerged.addAndGet(tasks.size());
    return tasks.stream().map(task -> new Work(leased, task)).toList();
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

  /** A task is about to begin; false if it must not. */
  public boolean begin(Work work) {
    return !closing && work.of().begin();
  }

  /** Whether nobody wants the task any more. */
  public boolean isAbandoned(Work work) {
    return closing || work.of().isAbandoned();
  }

  /**
   * The ways of a task's bytes; the caller closes them.
   *
   * @throws MergeException if there is no way to the output
   */
  public TaskFiles files(Work work) {
    LeasedTasks leased = work.of();
    JobStorage files = leased.storage();
    BooleanSupplier abandoned = () -> isAbandoned(work);
    Optional<Upload> upload = files.upload(leased.spec(), work.task(), leased.access(), abandoned);
    return new TaskFiles(
        files.inputs(leased.access(), abandoned),
        upload.isPresent() ? upload.get() : files.shards(),
        upload);
  }

  /** Does a task that has begun on the host, to its end. */
  public void mergeOnHost(Work work, ChunkLoop loop) {
    try (TaskFiles files = files(work)) {
      Receipt receipt =
          loop.run(files.inputs(), files.sink(), work.spec(), work.task(), () -> isAbandoned(work));
      if (receipt != null) {
        merged(work, files, receipt);
      }
    } catch (IOException | RuntimeException | Error e) {
      failed(work, e);
    }
  }

  /** A task's bytes are written to its files, not yet flushed. */
  public void merged(Work work, TaskFiles files, Receipt receipt) {
    if (files.upload().isEmpty()) {
      flusher.add(work, receipt);
    } else {
      send(work, files.upload().get(), receipt);
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
          if (error == null) {
            tell(leased, List.of(new Outcome.Merged(leased.lease(), receipt)));
          } else {
            failed(work, error);
          }
        });
  }

  /** A task ended with an error, whose type says what is told of it. */
  public void failed(Work work, Throwable error) {
    switch (error) {
      case LeaseOverException over -> leaseOver(work, over);
      case MergeException failed -> fail(work, failed.failure());
      case IOException e -> fail(work, ioFailure(work.task().tensor(), e));
      default -> {
        LOG.error(
            "run {}, lease {}, task {} ({}): unexpected failure",
            work.of().lease().job(),
            work.of().lease().number(),
            work.task().id(),
            work.task().tensor(),
            error);
        fail(work, new Failure(Failure.Kind.BUG, work.task().tensor() + ": " + error));
      }
    }
  }

  /**
   * The device failed while it did a task, or before.
   *
   * @param reason one line, for a person
   */
  public void deviceFailed(Work work, String reason) {
    LeaseId lease = work.of().lease();
    tell(work.of(), List.of(new Outcome.DeviceFailed(lease, work.task().id(), reason)));
  }

  /** Nothing more is done for a task; when that holds of all, what is finished is flushed. */
  public void over(Work work) {
    work.of().mergeEnded();
    if (unmerged.decrementAndGet() == 0) {
      flusher.hurry();
    }
  }

  private void leaseOver(Work work, LeaseOverException e) {
    LeasedTasks leased = work.of();
    if (!leased.isAbandoned()) {
      LeaseId lease = leased.lease();
      LOG.info("run {}, lease {} is over: {}", lease.job(), lease.number(), e.getMessage());
      tell(leased, List.of(new Outcome.LeaseOver(lease, work.task().id())));
      abandon(lease);
    }
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
        e instanceof NoSuchFileException gone
            ? gone.getFile() + ": the file is gone"
            : FileErrors.located(e);
    boolean full = reason.contains("No space left") || reason.contains("quota exceeded");
    return new Failure(
        full ? Failure.Kind.OUT_OF_DISK : Failure.Kind.ENVIRONMENT, where + ": " + reason);
  }

  /** Every task is abandoned from now on. */
  public void stop() {
    closing = true;
  }

  /** Closes all files; the owner's threads must have ended, and were told by {@link #stop}. */
  @Override
  public void close() {
    stop();
    leases.values().forEach(LeasedTasks::abandon);
    flusher.close();
    List.copyOf(jobs.keySet()).forEach(this::release);
  }
}
