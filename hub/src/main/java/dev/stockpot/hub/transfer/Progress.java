package dev.stockpot.hub.transfer;

import java.util.concurrent.TimeUnit;

/** Adds up what several threads got, and tells it a few times a second. */
final class Progress {

  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final TransferListener listener;
  private final long bytes;
  private long done;
  private long toldAt;

  Progress(TransferListener listener, long bytes) {
    this.listener = listener;
    this.bytes = bytes;
    this.toldAt = System.nanoTime() - INTERVAL_NANOS;
  }

  /** So many bytes more are on disk; fewer where some were thrown away. */
  synchronized void add(long more) {
    done += more;
    long now = System.nanoTime();
    if (now - toldAt >= INTERVAL_NANOS || done == bytes) {
      toldAt = now;
      listener.progressed(done, bytes);
    }
  }

  synchronized void note(String line) {
    listener.noted(line);
  }
}
