package dev.stockpot.worker.storage;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request to the first of several addresses that answers. A standby, which answers 503, is
 * passed over like an address that nobody listens at.
 */
final class Exchange {

  private static final int UNAVAILABLE = 503;

  private final HttpClient client;

  /** The address that answered last, tried first. */
  private volatile String preferred = "";

  Exchange(HttpClient client) {
    this.client = client;
  }

  /**
   * Sends a request.
   *
   * @param request makes it for a base address
   * @param handler of every answer; told of a body only once its status is right
   */
  Transfer send(
      List<String> urls, Function<String, HttpRequest> request, BodyHandler<String> handler) {
    List<String> order = new ArrayList<>(urls);
    if (order.remove(preferred)) {
      order.addFirst(preferred);
    }
    if (!order.isEmpty()) {
      // Once more at the end: the first may have closed a kept connection at that very moment.
      order.add(order.getFirst());
    }
    Transfer transfer = new Transfer();
    attempt(transfer, order.iterator(), request, handler);
    return transfer;
  }

  private void attempt(
      Transfer transfer,
      Iterator<String> urls,
      Function<String, HttpRequest> request,
      BodyHandler<String> handler) {
    if (!urls.hasNext()) {
      transfer.cancel(new IOException("the coordinator named no address"));
      return;
    }
    String url = urls.next();
    HttpRequest made;
    try {
      made = request.apply(url);
    } catch (IllegalArgumentException e) {
      transfer.cancel(new IOException("'" + url + "' is no address of a coordinator", e));
      return;
    }
    var sent = client.sendAsync(made, handler);
    transfer.attempt(sent);
    var _ =
        sent.whenComplete((answer, error) -> {
          if (urls.hasNext() && !transfer.isOver() && isWorthAnother(answer, error)) {
            attempt(transfer, urls, request, handler);
          } else if (error != null) {
            transfer.cancel(new IOException(url + ": " + reason(error), cause(error)));
          } else {
            preferred = url;
            transfer.answer().complete(answer);
          }
        });
  }

  /** One that answered nothing for long is not asked again: the lease would end meanwhile. */
  private static boolean isWorthAnother(
      @Nullable HttpResponse<String> answer, @Nullable Throwable error) {
    return error == null
        ? answer != null && answer.statusCode() == UNAVAILABLE
        : cause(error) instanceof IOException failed
            && (!(failed instanceof HttpTimeoutException)
                || failed instanceof HttpConnectTimeoutException);
  }

  private static Throwable cause(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }

  private static String reason(Throwable error) {
    Throwable cause = cause(error);
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
