package dev.stockpot.worker.execution;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.ChunkLoop;
import dev.stockpot.merge.execution.ChunkSink;
import dev.stockpot.merge.execution.InputSource;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.storage.RunStorage;
import dev.stockpot.worker.storage.RunStorage.LeaseOverException;
import dev.stockpot.worker.storage.Upload;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * A task of a lease in an executor, whose threads take it from its beginning to its end: it is to
 * {@link #begin}, to end by {@link #merged}, {@link #failed} or {@link #deviceFailed}, and in every
 * case to be {@link #over}.
 */
public record LeasedTask(OpenLease lease, TensorTask task) {

  private static final Logger LOG = LoggerFactory.getLogger(LeasedTask.class);

  public MergeSpec spec() {
    return lease.spec();
  }

  /** It is about to begin; false if it must not. */
  public boolean begin() {
    return lease.begin();
  }

  /** Whether nobody wants it any more. */
  public boolean isAbandoned() {
    return lease.isAbandoned();
  }

  /**
   * The ways of its bytes; the caller closes them.
   *
   * @throws MergeException if there is no way to the output
   */
  public TaskFiles files() {
    RunStorage files = lease.storage();
    Optional<Upload> upload = files.upload(lease.spec(), task, lease.access(), lease::isAbandoned);
    return new TaskFiles(
        files.inputs(lease.access(), lease::isAbandoned),
        upload.isPresent() ? upload.get() : files.shards(),
        upload);
  }

  /** Does it on the host, once it has begun, to its end. */
  public void mergeOnHost(ChunkLoop loop) {
    try (TaskFiles files = files()) {
      Receipt receipt =
          loop.run(files.inputs(), files.sink(), lease.spec(), task, lease::isAbandoned);
      if (receipt != null) {
        merged(files, receipt);
      }
    } catch (IOException | RuntimeException | Error e) {
      failed(e);
    }
  }

  /** Its bytes are written to its files, not yet flushed. */
  public void merged(TaskFiles files, Receipt receipt) {
    if (files.upload().isEmpty()) {
      lease.desk().written(this, receipt);
    } else {
      send(files.upload().get(), receipt);
    }
  }

  private void send(Upload upload, Receipt receipt) {
    lease.follow(upload);
    CompletableFuture<Void> stored = upload.send(receipt.outputs());
    if (lease.isAbandoned()) {
      upload.cancel();
    }
    var _ =
        stored.whenComplete((_, error) -> {
          lease.ended(upload);
          if (lease.isAbandoned()) {
            return;
          }
          if (error == null) {
            tell(new Outcome.Merged(lease.id(), receipt));
          } else {
            failed(error);
          }
        });
  }

  /** It ended with an error, whose type says what is told of it. */
  public void failed(Throwable error) {
    switch (error) {
      case LeaseOverException over -> leaseOver(over);
      case MergeException failed -> tell(failure(failed.failure()));
      case IOException e -> tell(failure(Failure.of(task.tensor(), e)));
      default -> {
        log(() ->
            LOG.error(
                "run {}, lease {}, task {} ({}): unexpected failure",
                lease.id().run(),
                lease.id().number(),
                task.id(),
                task.tensor(),
                error));
        tell(failure(new Failure(Failure.Kind.BUG, task.tensor() + ": " + error)));
      }
    }
  }

  Outcome failure(Failure failure) {
    return new Outcome.Failed(lease.id(), task.id(), failure);
  }

  /**
   * The device failed while it did this, or before.
   *
   * @param reason one line, for a person
   */
  public void deviceFailed(String reason) {
    tell(new Outcome.DeviceFailed(lease.id(), task.id(), reason));
  }

  private void leaseOver(LeaseOverException e) {
    if (!lease.isAbandoned()) {
      LeaseId id = lease.id();
      log(() -> LOG.info("run {}, lease {} is over: {}", id.run(), id.number(), e.getMessage()));
      tell(new Outcome.LeaseOver(id, task.id()));
      lease.abandon();
    }
  }

  private void log(Runnable line) {
    try (MDC.MDCCloseable _ = MDC.putCloseable("run", lease.id().run());
        MDC.MDCCloseable _ = MDC.putCloseable("task", Integer.toString(task.id()))) {
      line.run();
    }
  }

  private void tell(Outcome outcome) {
    lease.tell(List.of(outcome));
  }

  /** Nothing more is done for it. */
  public void over() {
    lease.mergeEnded();
  }

  /**
   * The ways of one task's bytes while it is under way.
   *
   * @param sink the upload, if there is one
   */
  public record TaskFiles(InputSource inputs, ChunkSink sink, Optional<Upload> upload)
      implements AutoCloseable {

    /** Gives back what an upload holds that was not sent. */
    @Override
    public void close() {
      upload.ifPresent(Upload::close);
    }
  }
}
