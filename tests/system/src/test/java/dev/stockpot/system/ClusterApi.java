package dev.stockpot.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.opentest4j.AssertionFailedError;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The coordinators' HTTP API, asked by code of its own. */
final class ClusterApi {

  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final int UNAVAILABLE = 503;

  private final Path token;
  private final HttpClient http;

  /**
   * Asks nothing yet.
   *
   * @param token file that holds it; there after a coordinator's first start
   * @param ca PEM file of the CA whose certificates the coordinators have; none for plain HTTP
   */
  ClusterApi(Path token, Optional<Path> ca) {
    this.token = token;
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(LIMIT);
    ca.map(ClusterApi::trust).ifPresent(builder::sslContext);
    this.http = builder.build();
  }

  private static SSLContext trust(Path ca) {
    try (InputStream pem = Files.newInputStream(ca)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has X.509 and TLS", e);
    }
  }

  /** A request with the user's token, if there is one. */
  HttpRequest.Builder request(URI uri) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(LIMIT);
    try {
      if (Files.exists(token)) {
        request.header("Authorization", "Bearer " + Files.readString(token).strip());
      }
      return request;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new AssertionFailedError("interrupted", e);
    }
  }

  /** What the process there answers; empty if it does not answer, or says that it stands by. */
  Optional<JsonNode> get(URI uri) {
    try {
      HttpResponse<String> response = send(request(uri).build());
      return response.statusCode() == UNAVAILABLE
          ? Optional.empty()
          : Optional.of(JsonMapper.shared().readTree(response.body()));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** Submits a job to the process there; whether it took it. */
  boolean post(URI coordinator, String submission) {
    try {
      HttpRequest post =
          request(coordinator.resolve("/v1/jobs"))
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(submission))
              .build();
      return send(post).statusCode() / 100 == 2;
    } catch (IOException _) {
      return false;
    }
  }
}
