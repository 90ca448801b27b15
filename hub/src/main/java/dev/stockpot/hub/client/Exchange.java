package dev.stockpot.hub.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Requests with their redirects followed, and their answers sorted: good, to be repeated, refused.
 */
final class Exchange {

  private static final int MOST_REDIRECTS = 5;
  private static final int LARGEST_REFUSAL = 1 << 20;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> TRANSIENT =
      Set.of(408, 425, 429, 500, 502, 503, 504, 520, 522, 524);

  private final Http http;
  private final Patience patience;
  private final Refusals refusals;

  Exchange(Http http, Patience patience, Refusals refusals) {
    this.http = http;
    this.patience = patience;
    this.refusals = refusals;
  }

  /** What one attempt came to. */
  sealed interface Result {
    /** An answer of the 2xx, or of those that the caller takes. */
    record Good(HttpResponse<StreamedBody> response) implements Result {}

    record Again(Trouble trouble) implements Result {}
  }

  /**
   * One attempt. Redirects are followed, without the token where they leave the endpoint.
   *
   * @param hop sees the headers of each redirect
   * @param signed whether a refusal elsewhere may be an address that ran out, for which the hub
   *     gives a new one
   * @param about the model and file, for messages
   * @throws HubException where another attempt would end the same
   */
  Result attempt(
      URI address,
      UnaryOperator<HttpRequest.Builder> shape,
      Consumer<HttpHeaders> hop,
      String about,
      String repository,
      boolean signed) {
    URI at = address;
    try {
      for (int i = 0; i <= MOST_REDIRECTS; i++) {
        HttpResponse<StreamedBody> response = http.send(at, shape);
        int status = response.statusCode();
        if (status / 100 == 2) {
          requirePlain(response, about);
          return new Result.Good(response);
        }
        Optional<URI> next = REDIRECTS.contains(status) ? location(response, at) : Optional.empty();
        byte[] body = response.body().all(LARGEST_REFUSAL, patience.silence());
        if (next.isPresent()) {
          requireSafe(response, next.get(), about);
          hop.accept(response.headers());
          at = next.get();
        } else if (TRANSIENT.contains(status)) {
          return new Result.Again(Trouble.of(status, response.headers(), Instant.now()));
        } else if (!signed || http.isEndpoint(at)) {
          throw refusals.of(response, body, about, repository, http.isEndpoint(at));
        } else {
          return new Result.Again(
              new Trouble(at.getHost() + " answers " + status, Optional.empty()));
        }
      }
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw HubException.stopped(about);
      }
      return new Result.Again(Trouble.of(e, String.valueOf(at.getHost())));
    }
    throw new HubException(
        Kind.REFUSED,
        about + ": more than " + MOST_REDIRECTS + " redirects; is HF_ENDPOINT right?");
  }

  /** Bytes that somebody packed on the way are not those that were asked for. */
  private static void requirePlain(HttpResponse<StreamedBody> response, String about) {
    response
        .headers()
        .firstValue("Content-Encoding")
        .filter(coding -> !coding.equalsIgnoreCase("identity"))
        .ifPresent(coding -> {
          response.body().close();
          throw new HubException(
              Kind.REFUSED,
              "%s: %s packs what it sends (%s) although it was asked not to; is there a proxy or a mirror between?"
                  .formatted(about, response.uri().getHost(), Printable.text(coding)));
        });
  }

  /** What was asked for securely is not read in plain, and what is sent goes nowhere else. */
  private void requireSafe(HttpResponse<StreamedBody> response, URI next, String about) {
    boolean isDowngrade =
        "https".equals(response.uri().getScheme()) && !"https".equals(next.getScheme());
    boolean isSent = !Set.of("GET", "HEAD").contains(response.request().method());
    if (isDowngrade || (isSent && !http.isEndpoint(next))) {
      throw new HubException(
          Kind.REFUSED,
          "%s: %s redirects to %s://%s, which is not followed: %s"
              .formatted(
                  about,
                  response.uri().getHost(),
                  next.getScheme(),
                  next.getHost(),
                  isDowngrade ? "that is not secure" : "what is sent goes to the hub alone"));
    }
  }

  private static Optional<URI> location(HttpResponse<?> response, URI at) {
    return response
        .headers()
        .firstValue("Location")
        .flatMap(text -> {
          try {
            URI next = at.resolve(text);
            boolean known = "https".equals(next.getScheme()) || "http".equals(next.getScheme());
            return known && next.getHost() != null ? Optional.of(next) : Optional.empty();
          } catch (IllegalArgumentException _) {
            return Optional.empty();
          }
        });
  }
}
