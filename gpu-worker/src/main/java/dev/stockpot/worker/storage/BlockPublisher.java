package dev.stockpot.worker.storage;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/** The body of a request, out of blocks that all but the last are filled. May be sent again. */
final class BlockPublisher implements BodyPublisher {

  /** One TLS record: larger pieces would be cut up. */
  private static final int PIECE_BYTES = 16 << 10;

  private final List<byte[]> blocks;
  private final long length;
  private final AtomicLong taken = new AtomicLong();

  BlockPublisher(List<byte[]> blocks, long length) {
    this.blocks = blocks;
    this.length = length;
  }

  /** A number that changes whenever the connection takes bytes. */
  long taken() {
    return taken.get();
  }

  @Override
  public long contentLength() {
    return length;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    subscriber.onSubscribe(new Sending(subscriber));
  }

  private final class Sending implements Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> to;
    private final AtomicLong demand = new AtomicLong();
    private volatile boolean over;
    private long position;

    Sending(Flow.Subscriber<? super ByteBuffer> to) {
      this.to = to;
    }

    /** Whoever raises the demand from nothing sends until there is none again. */
    @Override
    public void request(long pieces) {
      if (demand.getAndAccumulate(pieces, Sending::sum) > 0) {
        return;
      }
      do {
        send();
      } while (!over && demand.decrementAndGet() > 0);
    }

    private static long sum(long one, long other) {
      return one + other < 0 ? Long.MAX_VALUE : one + other;
    }

    private void send() {
      if (over) {
        return;
      }
      byte[] block = blocks.get((int) (position / UploadBuffers.BLOCK_BYTES));
      int within = (int) (position % UploadBuffers.BLOCK_BYTES);
      int count =
          (int)
              Math.min(
                  Math.min(PIECE_BYTES, UploadBuffers.BLOCK_BYTES - within), length - position);
      position += count;
      taken.addAndGet(count);
      to.onNext(ByteBuffer.wrap(block, within, count));
      if (position == length && !over) {
        over = true;
        to.onComplete();
      }
    }

    @Override
    public void cancel() {
      over = true;
    }
  }
}
