package dev.stockpot.worker.execution;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.execution.ShardFiles;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * One thread that flushes written bytes to storage: those of a lease together, so that their
 * receipts travel in one message and become one event of the journal; or, of a lease that takes
 * long, as many as there are by then. It pauses between two flushes, so that the receipts of small
 * leases travel together too.
 */
final class ShardFlusher implements AutoCloseable {

  /** Of one run of a job: another run may have a shard of the same path. */
  private record Shard(ShardFiles shards, Path path) {
    static Shard of(LeasedTask task, int soup) {
      return new Shard(task.lease().storage().shards(), task.spec().shard(soup, task.task()));
    }
  }

  private record Unflushed(LeasedTask task, Receipt receipt, long sinceNanos) {}

  /** Long beside the time of a piece, short beside what a device holds of leases. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final long patienceNanos;
  private final LongConsumer flushed;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("flush").factory());
  private final Queue<Unflushed> unflushed = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile long lastNanos = System.nanoTime() - PAUSE_NANOS;
  private volatile boolean closing;

  /**
   * A flusher without work.
   *
   * @param patience how long a finished piece waits for the rest of its lease
   * @param flushed hears how many nanoseconds each flush of a shard took
   */
  ShardFlusher(Duration patience, LongConsumer flushed) {
    this.patienceNanos = patience.toNanos();
    this.flushed = flushed;
  }

  /** The task's bytes are written; its receipt counts once they are flushed. */
  void add(LeasedTask task, Receipt receipt) {
    unflushed.add(new Unflushed(task, receipt, System.nanoTime()));
    scheduleNext();
  }

  private void scheduleNext() {
    if (scheduled.compareAndSet(false, true)) {
      long pause = Math.max(0, lastNanos + PAUSE_NANOS - System.nanoTime());
      var _ = thread.schedule(this::flushDue, pause, TimeUnit.NANOSECONDS);
    }
  }

  /** Nothing more is on its way: what is finished need not wait for more. */
  void hurry() {
    thread.execute(this::flushDue);
  }

  private void flushDue() {
    scheduled.set(false);
    List<Unflushed> due = takeDue(System.nanoTime());
    if (!closing && !due.isEmpty()) {
      flush(due);
    }
    lastNanos = System.nanoTime();
    if (!closing && !unflushed.isEmpty()) {
      scheduleNext();
    }
  }

  private List<Unflushed> takeDue(long now) {
    List<Unflushed> due = new ArrayList<>();
    for (Iterator<Unflushed> all = unflushed.iterator(); all.hasNext(); ) {
      Unflushed each = all.next();
      if (each.task().lease().allMergesEnded() || now - each.sinceNanos() >= patienceNanos) {
        due.add(each);
        all.remove();
      }
    }
    return due;
  }

  private void flush(List<Unflushed> batch) {
    Map<Shard, Optional<Failure>> done = new HashMap<>();
    Map<OpenLease, List<Outcome>> ended = new LinkedHashMap<>();
    for (Unflushed each : batch) {
      LeasedTask task = each.task();
      if (closing || task.isAbandoned()) {
        continue;
      }
      Optional<Failure> failure =
          IntStream.range(0, task.spec().soups().size())
              .mapToObj(soup -> done.computeIfAbsent(Shard.of(task, soup), this::flush))
              .flatMap(Optional::stream)
              .findFirst();
      ended
          .computeIfAbsent(task.lease(), _ -> new ArrayList<>())
          .add(
              failure.isEmpty()
                  ? new Outcome.Merged(task.lease().id(), each.receipt())
                  : task.failure(failure.get()));
    }
    ended.forEach(OpenLease::tell);
  }

  private Optional<Failure> flush(Shard shard) {
    long begun = System.nanoTime();
    try {
      shard.shards().flush(shard.path());
      flushed.accept(System.nanoTime() - begun);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(Failure.of(shard.path().toString(), e));
    }
  }

  /** Waits until the thread touches no file any more. */
  @Override
  public void close() {
    closing = true;
    thread.close();
  }
}
