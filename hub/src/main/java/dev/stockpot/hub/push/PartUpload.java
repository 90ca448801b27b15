package dev.stockpot.hub.push;

import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Sends one part, as the store calls it then. A request of the JDK's client has one limit for all
 * of it; a connection that stands still is noticed by the bytes that do not move.
 */
final class PartUpload implements Callable<String> {

  /** Slower lines are given up. */
  private static final long SLOWEST = 20_000;

  private static final Duration ANSWER = Duration.ofMinutes(2);
  private static final int ATTEMPTS = 5;

  private final PushApi api;
  private final String what;
  private final URI address;
  private final PartBody body;
  private final Duration most;
  private @Nullable Thread thread;
  private boolean stalled;

  /**
   * A part that is not on its way yet.
   *
   * @param what its file, for messages
   */
  PartUpload(PushApi api, String what, URI address, PartBody body, long length) {
    this.api = api;
    this.what = what;
    this.address = address;
    this.body = body;
    this.most = ANSWER.plusSeconds(length / SLOWEST);
  }

  @Override
  public String call() {
    for (int attempt = 1; ; attempt++) {
      begin();
      try {
        return api.put(what, address, request -> request.timeout(most).PUT(body.publisher()))
            .headers()
            .firstValue("ETag")
            .orElse("");
      } catch (HubException e) {
        body.forget();
        if (!end()) {
          throw e;
        }
        if (attempt == ATTEMPTS) {
          throw new HubException(
              Kind.UNREACHABLE,
              "%s: no byte moved for %d s, %d times; the same command later goes on from here"
                  .formatted(what, ANSWER.toSeconds(), ATTEMPTS));
        }
      } finally {
        boolean _ = end();
      }
    }
  }

  private synchronized void begin() {
    thread = Thread.currentThread();
  }

  /** Whether it was broken off because it stood still; the thread is as it was then. */
  private synchronized boolean end() {
    boolean was = stalled;
    stalled = false;
    thread = null;
    return was && Thread.interrupted();
  }

  /** Breaks it off if it stands still. */
  synchronized void watch() {
    if (thread != null && !stalled && System.nanoTime() - body.movedNanos() > ANSWER.toNanos()) {
      stalled = true;
      thread.interrupt();
    }
  }
}
