package dev.stockpot.hub.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A response's body as buffers that one thread takes as they come. Unlike the JDK's stream it tells
 * a server that fell silent, and holds little: what is not taken is not asked for.
 */
final class StreamedBody implements BodySubscriber<StreamedBody>, AutoCloseable {

  /** Buffers asked for at a time, of 16 KiB each as the JDK's client is by default. */
  private static final int AHEAD = 32;

  private sealed interface Event {
    record Buffers(List<ByteBuffer> buffers) implements Event {}

    record Failed(Throwable failure) implements Event {}

    record Ended() implements Event {}
  }

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
  private final AtomicBoolean subscribed = new AtomicBoolean();
  private final Queue<ByteBuffer> taken = new ArrayDeque<>();
  private int asked;
  private boolean ended;

  @Override
  public CompletionStage<StreamedBody> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Subscription given) {
    if (subscribed.compareAndSet(false, true)) {
      subscription.complete(given);
    } else {
      given.cancel();
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    events.add(new Event.Buffers(buffers));
  }

  @Override
  public void onError(Throwable failure) {
    events.add(new Event.Failed(failure));
  }

  @Override
  public void onComplete() {
    events.add(new Event.Ended());
  }

  /**
   * The next buffer that holds anything, or null at the end.
   *
   * @throws IOException if the connection broke, or nothing came for so long
   */
  @Nullable ByteBuffer next(Duration silence) throws IOException {
    while (true) {
      ByteBuffer buffer = taken.poll();
      if (buffer != null && buffer.hasRemaining()) {
        return buffer;
      }
      if (buffer == null) {
        if (ended) {
          return null;
        }
        take(silence);
      }
    }
  }

  private void take(Duration silence) throws IOException {
    try {
      if (asked == 0) {
        subscription.get(silence.toNanos(), TimeUnit.NANOSECONDS).request(AHEAD);
        asked = AHEAD;
      }
      switch (events.poll(silence.toNanos(), TimeUnit.NANOSECONDS)) {
        case null -> throw silent(silence);
        case Event.Ended _ -> ended = true;
        case Event.Failed(Throwable failure) ->
            throw new IOException(failure.getMessage(), failure);
        case Event.Buffers(List<ByteBuffer> buffers) -> {
          taken.addAll(buffers);
          asked--;
          if (asked <= AHEAD / 2) {
            subscription.resultNow().request(AHEAD - asked);
            asked = AHEAD;
          }
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException | TimeoutException _) {
      throw silent(silence);
    }
  }

  private static IOException silent(Duration silence) {
    return new HttpTimeoutException("no byte in " + silence.toSeconds() + " s");
  }

  /**
   * All of it, which may be no more than so many bytes, and may take a minute and what they take at
   * 10 kB a second.
   */
  byte[] all(int most, Duration silence) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    long start = System.nanoTime();
    for (ByteBuffer next = next(silence); next != null; next = next(silence)) {
      if (all.size() + (long) next.remaining() > most) {
        close();
        throw new IOException("an answer of more than %,d bytes".formatted(most));
      }
      byte[] bytes = new byte[next.remaining()];
      next.get(bytes);
      all.writeBytes(bytes);
      double seconds = (System.nanoTime() - start) / 1e9;
      if (seconds > 60 + all.size() / 1e4) {
        close();
        throw new HttpTimeoutException("an answer that does not end");
      }
    }
    return all.toByteArray();
  }

  /** Ends the connection unless all was taken. */
  @Override
  public void close() {
    if (!ended) {
      ended = true;
      taken.clear();
      var _ = subscription.thenAccept(Subscription::cancel);
    }
  }
}
