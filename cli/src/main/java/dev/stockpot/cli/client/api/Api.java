package dev.stockpot.cli.client.api;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.protocol.api.ApiError;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Asks whichever coordinator is active. The addresses are tried in order, from the one that
 * answered last; one that is a standby, or is not there, is passed over. For one thread.
 */
public final class Api implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  /** Far above a list of all jobs that a coordinator remembers. */
  private static final int MAX_BODY = 64 << 20;

  private static final int MAX_ERROR = 4 << 20;

  private final HttpClient http;
  private final List<URI> addresses;
  private final Token token;
  private final Trust trust;
  private int current;

  /**
   * Connects to nothing yet.
   *
   * @param addresses at least one
   */
  public Api(List<URI> addresses, Token token, Trust trust) {
    this.addresses = List.copyOf(addresses);
    this.token = token;
    this.trust = trust;
    boolean secure = addresses.stream().anyMatch(address -> address.getScheme().equals("https"));
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .sslContext(trust.context(secure))
            .build();
  }

  /**
   * A coordinator's answer.
   *
   * @param json as it came
   */
  public record Reply<T>(int status, JsonNode json, T value) {}

  public <T> Reply<T> get(String path, Class<T> type) {
    return send(path, UnaryOperator.identity(), type);
  }

  /** Sends a request that changes something; it may arrive twice where a connection breaks. */
  public <T> Reply<T> post(String path, Object body, Class<T> type) {
    String json = ApiJson.text(body);
    return send(
        path,
        request ->
            request
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json, StandardCharsets.UTF_8)),
        type);
  }

  /** Sends a request that has nothing to say but its address. */
  public <T> Reply<T> post(String path, Class<T> type) {
    return send(path, request -> request.POST(BodyPublishers.noBody()), type);
  }

  public <T> Reply<T> delete(String path, Class<T> type) {
    return send(path, HttpRequest.Builder::DELETE, type);
  }

  /**
   * Follows what happens to a job.
   *
   * @param after the last event that was seen
   */
  public EventStream events(String job, Optional<String> after) {
    HttpResponse<InputStream> response =
        exchange(
            "/v1/jobs/" + job + "/events",
            request -> {
              request.header("Accept", "text/event-stream");
              after.ifPresent(id -> request.header("Last-Event-ID", id));
              return request;
            },
            BodyHandlers.ofInputStream());
    try {
      if (response.statusCode() != 200) {
        throw refused(response);
      }
      if (!isOf(response, "text/event-stream")) {
        response.body().close();
        throw failed(foreign(response));
      }
      return new EventStream(response.body(), EventStream.SILENCE);
    } catch (IOException e) {
      throw failed(Attempt.of(address(), e, trust));
    }
  }

  /** The one that answered last. */
  public URI address() {
    return addresses.get(current);
  }

  /**
   * The failure that a broken stream is. Another coordinator is asked next, for a host that hangs
   * still takes connections.
   */
  public ClientException.Unreachable broken(IOException failure) {
    ClientException.Unreachable broken = failed(Attempt.of(address(), failure, trust));
    current = (current + 1) % addresses.size();
    return broken;
  }

  private <T> Reply<T> send(String path, UnaryOperator<HttpRequest.Builder> shape, Class<T> type) {
    HttpResponse<byte[]> response =
        exchange(path, shape, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BODY));
    try {
      if (response.statusCode() / 100 != 2) {
        throw refused(response);
      }
      JsonNode json = ApiJson.tree(new String(response.body(), StandardCharsets.UTF_8));
      return new Reply<>(response.statusCode(), json, ApiJson.as(json, type));
    } catch (JacksonException _) {
      throw failed(foreign(response));
    } catch (IOException e) {
      throw failed(Attempt.of(address(), e, trust));
    }
  }

  private <B> HttpResponse<B> exchange(
      String path, UnaryOperator<HttpRequest.Builder> shape, BodyHandler<B> body) {
    List<Attempt> failed = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      URI address = address();
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path));
      token.value().ifPresent(value -> request.header("Authorization", "Bearer " + value));
      try {
        HttpResponse<B> response = await(http.sendAsync(shape.apply(request).build(), body));
        Optional<Attempt> elsewhere = elsewhere(address, response);
        if (elsewhere.isEmpty()) {
          return response;
        }
        failed.add(elsewhere.get());
      } catch (IOException e) {
        failed.add(Attempt.of(address, e, trust));
      }
      current = (current + 1) % addresses.size();
    }
    throw new ClientException.Unreachable(failed);
  }

  /** What is there instead of an active coordinator. */
  private static Optional<Attempt> elsewhere(URI address, HttpResponse<?> response)
      throws IOException {
    return switch (response.statusCode()) {
      case 503 ->
          Optional.of(
              new Attempt(
                  address,
                  Attempt.Kind.STANDBY,
                  error(response)
                      .map(error -> Printable.lines(error.error()))
                      .orElse("it does not coordinate now")));
      case 502, 504 ->
          Optional.of(
              new Attempt(
                  address, Attempt.Kind.STANDBY, "a proxy answers, which does not reach it"));
      default -> Optional.empty();
    };
  }

  private ClientException refused(HttpResponse<?> response) throws IOException {
    int status = response.statusCode();
    if (status == 401) {
      return new ClientException.Unusable(
          "%s: %s; it must be one of those in the coordinator's file (its"
                  .formatted(address(), token.words())
              + " stockpot.coordinator.http.token-file)");
    }
    Optional<ApiError> error = error(response);
    return error.isPresent()
        ? new ClientException.Refused(status, error.get())
        : failed(foreign(response));
  }

  /** What a coordinator says in a refusal; empty if something else answered. */
  private static Optional<ApiError> error(HttpResponse<?> response) throws IOException {
    byte[] bytes =
        switch (response.body()) {
          case byte[] all -> all;
          case InputStream body -> {
            try (body) {
              yield body.readNBytes(MAX_ERROR);
            }
          }
          default -> throw new IllegalArgumentException("a body of another kind");
        };
    try {
      return Optional.of(
          ApiJson.as(ApiJson.tree(new String(bytes, StandardCharsets.UTF_8)), ApiError.class));
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  private Attempt foreign(HttpResponse<?> response) {
    String type = response.headers().firstValue("Content-Type").orElse("no content type");
    return new Attempt(
        address(),
        Attempt.Kind.FOREIGN,
        "what answers there is no coordinator of Stockpot (status %d, %s); is it a proxy?"
            .formatted(response.statusCode(), Printable.line(type)));
  }

  private static ClientException.Unreachable failed(Attempt attempt) {
    return new ClientException.Unreachable(List.of(attempt));
  }

  private static boolean isOf(HttpResponse<?> response, String type) {
    return response
        .headers()
        .firstValue("Content-Type")
        .filter(is -> is.startsWith(type))
        .isPresent();
  }

  private static <B> HttpResponse<B> await(CompletableFuture<HttpResponse<B>> answer)
      throws IOException {
    try {
      return answer.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException _) {
      answer.cancel(true);
      throw new HttpTimeoutException("no answer in " + ANSWER.toSeconds() + " s");
    } catch (InterruptedException _) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
