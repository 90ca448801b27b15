package dev.stockpot.worker.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.net.http.HttpResponse;
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
 * A range that the coordinator sends: bytes come ahead of the thread that reads them, up to a
 * bound, so that they travel while it works.
 */
final class RangeStream implements RangeReader {

  private static final int PARTIAL_CONTENT = 206;

  /** How soon a waiting thread notices that its task was abandoned. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Taken for the bytes of one delivery until a larger one was seen. */
  private static final long DELIVERY_BYTES = 16L << 10;

  private final String what;
  private final long offset;
  private final long length;
  private final long readAhead;
  private final Duration stallTimeout;
  private final BooleanSupplier abandoned;
  private final Body body = new Body();
  private volatile boolean accepted;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<ByteBuffer> ready = new ArrayDeque<>();
  private long readyBytes;
  private long received;
  private long largestDelivery = DELIVERY_BYTES;
  private long asked;
  private Flow.@Nullable Subscription subscription;
  private @Nullable Exception trouble;
  private @Nullable Transfer transfer;

  /**
   * A range of which nothing came yet.
   *
   * @param what for messages
   * @param readAhead bytes that may wait here
   * @param abandoned asked while the reading thread waits
   */
  RangeStream(
      String what,
      long offset,
      long length,
      long readAhead,
      Duration stallTimeout,
      BooleanSupplier abandoned) {
    this.what = what;
    this.offset = offset;
    this.length = length;
    this.readAhead = readAhead;
    this.stallTimeout = stallTimeout;
    this.abandoned = abandoned;
  }

  String rangeHeader() {
    return "bytes=%d-%d".formatted(offset, offset + length - 1);
  }

  /** Where the body of an answer goes. */
  BodySubscriber<String> answer(HttpResponse.ResponseInfo info) {
    String expected = "bytes %d-%d/".formatted(offset, offset + length - 1);
    accepted =
        info.statusCode() == PARTIAL_CONTENT
            && info.headers().firstValue("Content-Range").orElse("").startsWith(expected);
    return accepted ? body : new ErrorText();
  }

  /** The request is on its way; called once, before the first read. */
  void begin(Transfer begun) {
    transfer = begun;
    var _ =
        begun
            .answer()
            .whenComplete((answer, error) -> {
              if (error != null) {
                fail(RemoteTrouble.of(what, error));
              } else if (answer.statusCode() != PARTIAL_CONTENT) {
                fail(RemoteTrouble.of(what, answer));
              } else if (!accepted) {
                fail(
                    RemoteTrouble.passing(
                        what, "it sent another range", new IOException(rangeHeader())));
              }
            });
  }

  @Override
  public void read(MemorySegment target) throws IOException {
    long filled = 0;
    while (filled < target.byteSize()) {
      ByteBuffer next = next();
      int count = (int) Math.min(next.remaining(), target.byteSize() - filled);
      MemorySegment.copy(MemorySegment.ofBuffer(next), 0, target, filled, count);
      next.position(next.position() + count);
      filled += count;
      taken(count);
    }
  }

  /** The first buffer with bytes; it stays in the queue. */
  private ByteBuffer next() throws IOException {
    lock.lock();
    try {
      long deadline = System.nanoTime() + stallTimeout.toNanos();
      while (true) {
        ByteBuffer first = ready.peek();
        if (first != null) {
          return first;
        }
        throwTrouble();
        if (abandoned.getAsBoolean()) {
          throw new ClosedChannelException();
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw RemoteTrouble.stalled(what, stallTimeout);
        }
        changed.awaitNanos(Math.min(left, POLL_NANOS));
      }
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

  private void taken(int count) {
    lock.lock();
    try {
      readyBytes -= count;
      ByteBuffer first = ready.peek();
      if (first != null && !first.hasRemaining()) {
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
      more = (readAhead - readyBytes) / largestDelivery - asked;
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

  private void fail(Exception why) {
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

  @Override
  public void close() {
    Flow.Subscription from;
    boolean whole;
    lock.lock();
    try {
      from = subscription;
      whole = received == length;
      ready.clear();
    } finally {
      lock.unlock();
    }
    // A body that came whole leaves a connection that can be used again.
    if (!whole && from != null) {
      from.cancel();
    }
    if (!whole && transfer != null) {
      transfer.cancel();
    }
  }

  private long received() {
    lock.lock();
    try {
      return received;
    } finally {
      lock.unlock();
    }
  }

  /** Called by threads of the HTTP client. */
  private final class Body implements BodySubscriber<String> {

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
          if (buffer.hasRemaining()) {
            bytes += buffer.remaining();
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
      long came = received();
      if (came < length) {
        String trouble = "it sent %d of %d bytes".formatted(came, length);
        fail(RemoteTrouble.passing(what, trouble, new IOException(trouble)));
      }
    }
  }
}
