package dev.stockpot.hub.client;

import dev.stockpot.hub.HubException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits that end when the client is closed or the thread interrupted. */
final class Pause {

  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Waits that long.
   *
   * @param what is being done, for the message
   * @throws HubException if it was stopped
   */
  void during(Duration time, String what) {
    try {
      if (closed.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
        throw HubException.stopped(what);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw HubException.stopped(what);
    }
  }

  void end() {
    closed.countDown();
  }
}
