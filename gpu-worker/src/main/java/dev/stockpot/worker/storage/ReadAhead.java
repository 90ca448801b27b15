package dev.stockpot.worker.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that come ahead of the thread that reads them, up to a bound, so that they travel while it
 * works. Filled by threads of the HTTP client.
 */
final class ReadAhead implements BodySubscriber<String> {

  /** How soon a waiting thread notices that its task was abandoned. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Taken for the bytes of one delivery until a larger one was seen. */
  private static final long DELIVERY_BYTES = 16L << 10;

  private final String what;
  private final long length;
  private final long bound;
  private final Duration stallTimeout;
  private final BooleanSupplier abandoned;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<ByteBuffer> ready = new ArrayDeque<>();
  private long readyBytes;
  private long received;
  private long largestDelivery = DELIVERY_BYTES;
  private long asked;
  private boolean closed;
  private Flow.@Nullable Subscription subscription;
  private @Nullable Exception trouble;

  /**
   * Nothing came yet.
   *
   * @param what for messages
   * @param length bytes that are to come in all
   * @param bound bytes that may wait here
   * @param abandoned asked while the reading thread waits
   */
  ReadAhead(
      String what, long length, long bound, Duration stallTimeout, BooleanSupplier abandoned) {
    this.what = what;
    this.length = length;
    this.bound = bound;
    this.stallTimeout = stallTimeout;
    this.abandoned = abandoned;
  }

  /** Fills the target; waits for its bytes. */
  void read(MemorySegment target) throws IOException {
    long filled = 0;
    while (filled < target.byteSize()) {
      ByteBuffer next = next();
      int count = (int) Math.min(next.remaining(), target.byteSize() - filled);
      MemorySegment.copy(MemorySegment.ofBuffer(next), 0, target, filled, count);
      next.position(next.position() + count);
      filled += count;
      taken(next, count);
    }
  }

  /** The first buffer with bytes; it stays in the queue. */
  private ByteBuffer next() throws IOException {
    lock.lock();
    try {
      long deadline = System.nanoTime() + stallTimeout.toNanos();
      while (ready.isEmpty()) {
        throwTrouble();
        if (abandoned.getAsBoolean()) {
          throw new ClosedChannelException();
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw RemoteTrouble.stalled(what, stallTimeout);
        }
        long _ = changed.awaitNanos(Math.min(left, POLL_NANOS));
      }
      return ready.element();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(what + ": interrupted");
    } finally {
      lock.unlock();
    }
  }

  private void throwTrouble() throws IOException {
    switch (trouble) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Exception e -> throw new IOException(e);
    }
  }

  private void taken(ByteBuffer first, int count) {
    lock.lock();
    try {
      readyBytes -= count;
      if (!first.hasRemaining()) {
        ready.remove();
      }
    } finally {
      lock.unlock();
    }
    askForMore();
  }

  /** As many deliveries as there is room for, if each is as large as the largest so far. */
  private void askForMore() {
    Flow.Subscription from;
    long more;
    lock.lock();
    try {
      from = subscription;
      more = (bound - readyBytes) / largestDelivery - asked;
      if (more <= 0 && asked == 0 && readyBytes == 0) {
        more = 1;
      }
      if (from == null || more <= 0) {
        return;
      }
      asked += more;
    } finally {
      lock.unlock();
    }
    from.request(more);
  }

  /** What is read when all bytes that came were read. */
  void fail(Exception why) {
    lock.lock();
    try {
      if (trouble == null) {
        trouble = why;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Wants no more.
   *
   * @return whether all bytes had come
   */
  boolean close() {
    Flow.Subscription from;
    boolean whole;
    lock.lock();
    try {
      closed = true;
      ready.clear();
      whole = received == length;
      from = subscription;
    } finally {
      lock.unlock();
    }
    if (!whole && from != null) {
      from.cancel();
    }
    return whole;
  }

  /** Known at once: whoever waits for the answer learns that the bytes begin to come. */
  @Override
  public CompletionStage<String> getBody() {
    return CompletableFuture.completedFuture("");
  }

  @Override
  public void onSubscribe(Flow.Subscription to) {
    lock.lock();
    try {
      subscription = to;
    } finally {
      lock.unlock();
    }
    askForMore();
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    lock.lock();
    try {
      asked--;
      long bytes = 0;
      for (ByteBuffer buffer : buffers) {
        bytes += buffer.remaining();
        if (buffer.hasRemaining() && !closed) {
          ready.add(buffer);
        }
      }
      readyBytes += bytes;
      received += bytes;
      largestDelivery = Math.max(largestDelivery, bytes);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    askForMore();
  }

  @Override
  public void onError(Throwable error) {
    fail(RemoteTrouble.of(what, error));
  }

  @Override
  public void onComplete() {
    long missing;
    lock.lock();
    try {
      missing = length - received;
    } finally {
      lock.unlock();
    }
    if (missing > 0) {
      String said = "%d of %d bytes did not come".formatted(missing, length);
      fail(RemoteTrouble.passing(what, said, new IOException(said)));
    }
  }
}
