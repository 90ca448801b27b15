package dev.stockpot.hub.client;

import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import dev.stockpot.hub.HubSettings;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLHandshakeException;

/** Single exchanges: which carry the token, through which proxy, whom TLS believes. */
final class Http implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final HubSettings settings;
  private final Patience patience;
  private final HttpClient client;

  Http(HubSettings settings, Patience patience) {
    this.settings = settings;
    this.patience = patience;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT);
    ProxyRoutes.set(settings.proxies(), builder);
    settings.authorities().map(Authorities::context).ifPresent(builder::sslContext);
    this.client = builder.build();
  }

  /**
   * One request, whatever its answer, which the caller closes or takes to its end.
   *
   * @throws IOException if there is no answer; another attempt may help
   * @throws HubException if none would
   */
  HttpResponse<StreamedBody> send(URI address, UnaryOperator<HttpRequest.Builder> shape)
      throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(patience.answer());
    request.setHeader("User-Agent", "stockpot");
    request.setHeader("Accept-Encoding", "identity");
    request = shape.apply(request);
    if (isEndpoint(address)) {
      HttpRequest.Builder own = request;
      settings
          .token()
          .value()
          .ifPresent(token -> own.setHeader("Authorization", "Bearer " + token));
    }
    return await(client.sendAsync(request.build(), _ -> new StreamedBody()), address);
  }

  /** Whether an address is of the endpoint's own scheme, host and port. */
  boolean isEndpoint(URI address) {
    URI endpoint = settings.endpoint();
    return endpoint.getScheme().equalsIgnoreCase(address.getScheme())
        && endpoint.getHost().equalsIgnoreCase(address.getHost())
        && port(endpoint) == port(address);
  }

  private static int port(URI address) {
    if (address.getPort() >= 0) {
      return address.getPort();
    }
    return "https".equalsIgnoreCase(address.getScheme()) ? 443 : 80;
  }

  private HttpResponse<StreamedBody> await(
      CompletableFuture<HttpResponse<StreamedBody>> answer, URI address) throws IOException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case SSLHandshakeException failure when isFinal(failure) ->
            throw untrusted(address, failure);
        case IOException failure -> throw failure;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    } catch (InterruptedException _) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  /** Whether the other side was refused or refuses us; a connection that breaks looks alike. */
  private static boolean isFinal(SSLHandshakeException failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof GeneralSecurityException
          || String.valueOf(at.getMessage()).contains("Received fatal alert")) {
        return true;
      }
    }
    return isUntrusted(failure);
  }

  private static boolean isUntrusted(SSLHandshakeException failure) {
    StringBuilder all = new StringBuilder();
    for (Throwable at = failure; at != null; at = at.getCause()) {
      all.append(at.getMessage());
    }
    return all.indexOf("certification path") >= 0 || all.indexOf("trustAnchors") >= 0;
  }

  private HubException untrusted(URI address, SSLHandshakeException failure) {
    String host = String.valueOf(address.getHost());
    if (isUntrusted(failure)) {
      return new HubException(
          Kind.REFUSED,
          host
              + ": its certificate is not from an authority that is trusted, which are "
              + settings.authorities().map(file -> "those in " + file).orElse("those of the JDK")
              + "; name a PEM file with SSL_CERT_FILE",
          failure);
    }
    return new HubException(
        Kind.REFUSED, host + ": no secure connection: " + failure.getMessage(), failure);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
