package dev.stockpot.cli.system;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the HTTP API of a coordinator tells anybody of itself.
 *
 * @param status {@code active} or {@code standby}
 * @param cluster its name; blank from a release that does not tell
 */
public record PeerHealth(String status, String cluster, String version) {

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  static final int LARGEST = 64 * 1024;

  /** Empty if that is no answer of a coordinator. */
  static Optional<PeerHealth> parse(byte[] body) {
    JsonNode health;
    try {
      health = JsonMapper.shared().readTree(body);
    } catch (JacksonException _) {
      return Optional.empty();
    }
    String status = health.path("status").asString("");
    return status.equals("active") || status.equals("standby")
        ? Optional.of(
            new PeerHealth(
                status, health.path("cluster").asString(""), health.path("version").asString("")))
        : Optional.empty();
  }

  /** Whether a node with that name of a cluster gets in, as far as it tells. */
  public boolean isOf(String name) {
    return cluster.isBlank() || cluster.equals(name);
  }

  /**
   * Asks whether a coordinator's HTTP API is at a port. Blocks for a few seconds at most.
   *
   * @param trust for https, which is tried where there is one; then http
   */
  public static Optional<PeerHealth> at(String host, int port, Optional<SSLContext> trust) {
    String there = (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":";
    return trust
        .flatMap(context -> ask("https://" + there + port, trust))
        .or(() -> ask("http://" + there + port, Optional.empty()));
  }

  private static Optional<PeerHealth> ask(String base, Optional<SSLContext> trust) {
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE);
    trust.ifPresent(builder::sslContext);
    try (HttpClient client = builder.build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(base + "/v1/health")).timeout(PATIENCE).build();
      try (InputStream body =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream()).body()) {
        return parse(body.readNBytes(LARGEST));
      }
    } catch (IOException | IllegalArgumentException _) {
      return Optional.empty();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
