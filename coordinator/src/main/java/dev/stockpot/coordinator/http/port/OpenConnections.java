package dev.stockpot.coordinator.http.port;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections of one server, so that all can be asked to end. Safe for any thread.
 *
 * <p>Pekko's own graceful end loses an answer that was given but not written yet.
 */
public final class OpenConnections {

  private final Set<Runnable> closers = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> noneLeft = new CompletableFuture<>();
  private volatile boolean closing;

  /**
   * A connection is open.
   *
   * @param close asks it to end once nothing is under way on it; only called later, or at once from
   *     here
   */
  public void add(Runnable close) {
    closers.add(close);
    if (closing) {
      close.run();
    }
  }

  public void remove(Runnable close) {
    closers.remove(close);
    completeIfNoneLeft();
  }

  /** Asks all to end; completes when they have. */
  public CompletionStage<Void> close() {
    closing = true;
    closers.forEach(Runnable::run);
    completeIfNoneLeft();
    return noneLeft;
  }

  private void completeIfNoneLeft() {
    if (closing && closers.isEmpty()) {
      noneLeft.complete(null);
    }
  }
}
