package dev.stockpot.worker.storage;

import java.net.http.HttpResponse;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One request on its way, at whichever of the coordinator's addresses it is by now. */
final class Transfer {

  private final CompletableFuture<HttpResponse<String>> answer = new CompletableFuture<>();
  private @Nullable CompletableFuture<?> attempt;

  /** The answer's body is the text of an error, or empty. */
  CompletableFuture<HttpResponse<String>> answer() {
    return answer;
  }

  boolean isOver() {
    return answer.isDone();
  }

  /** From now on this is what to cancel. */
  void attempt(CompletableFuture<?> next) {
    synchronized (this) {
      attempt = next;
    }
    if (isOver()) {
      next.cancel(true);
    }
  }

  /** Ends the request and its connection, if it has not ended; the answer is the reason. */
  void cancel(Throwable reason) {
    if (answer.completeExceptionally(reason)) {
      CompletableFuture<?> current;
      synchronized (this) {
        current = attempt;
      }
      if (current != null) {
        current.cancel(true);
      }
    }
  }

  void cancel() {
    cancel(new CancellationException());
  }
}
