package dev.stockpot.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.metrics.MetricsSetup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics and readiness, of a process that stands by and measures itself. */
@SuppressWarnings("NullAway.Init") // set before all
final class MonitoringTest {

  @TempDir private static Path directory;
  private static Metrics metrics;
  private static ActorSystem<Void> system;
  private static HttpApi api;
  private static String token;

  @BeforeAll
  static void start() throws IOException {
    Config config =
        ConfigFactory.parseString(
                """
                stockpot.coordinator.http { port = 0, token-file = "%s" }
                """
                    .formatted(directory.resolve("token")))
            .withFallback(ConfigFactory.load("application-test"));
    metrics = new Metrics("1.2.3");
    system =
        ActorSystem.create(
            Behaviors.empty(),
            "monitored",
            ActorSystemSetup.create(
                BootstrapSetup.create(MetricsSetup.over(config)), new MetricsSetup(metrics)));
    HttpSettings settings = HttpSettings.from(config);
    api =
        HttpApi.start(system, settings, Tokens.readOrMake(settings.tokenFile()))
            .toCompletableFuture()
            .join();
    token = Files.readString(settings.tokenFile()).strip();
  }

  @AfterAll
  static void stop() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }

  private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(api.url() + path)).build(), BodyHandlers.ofString());
    }
  }

  /** The status that a request under another name of this machine gets. */
  private static String status(String headers) throws IOException {
    URI url = URI.create(api.url());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n"
                      + headers
                      + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void onLoopbackMetricsNeedNoTokenUnderALoopbacksName() throws Exception {
    HttpResponse<String> answer = get("/metrics");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(answer.body()).contains("stockpot_build_info");
    assertThat(status("")).isEqualTo("HTTP/1.1 401");
    assertThat(status("Authorization: Bearer " + token + "\r\n")).isEqualTo("HTTP/1.1 200");
  }

  @Test
  void requestsAreCountedByTheTemplatesOfTheirAddresses() throws Exception {
    get("/v1/jobs/night-1");
    get("/v1/jobs/night-2");
    get("/whatever/a/stranger/asks");
    assertThat(get("/metrics").body())
        .contains(
            "stockpot_http_requests_total{method=\"GET\",route=\"/v1/jobs/{id}\",status=\"503\"} 2.0",
            "stockpot_http_requests_total{method=\"GET\",route=\"other\",status=",
            "stockpot_http_request_seconds_count{route=\"/v1/jobs/{id}\"} 2")
        .doesNotContain("night-1")
        .doesNotContain("stranger");
  }

  @Test
  void whatIsOnlyReadSaysSo() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (String path : new String[] {"/metrics", "/v1/ready", "/v1/health"}) {
        HttpResponse<String> answer =
            client.send(
                HttpRequest.newBuilder(URI.create(api.url() + path)).DELETE().build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).as(path).contains("GET");
      }
    }
  }

  @Test
  void aStandbyIsReadyOnceItStandsByAndAsLongAsItCould() throws Exception {
    metrics.unready("it starts");
    assertThat(get("/v1/ready").statusCode()).isEqualTo(503);
    assertThat(get("/v1/ready").body()).isEqualTo("{\"ready\":false,\"why\":\"it starts\"}");
    metrics.ready();
    assertThat(get("/v1/ready").statusCode()).isEqualTo(200);
    metrics.unready("the database does not answer");
    assertThat(get("/v1/ready").body()).contains("the database does not answer");
    assertThat(get("/v1/health").statusCode()).isEqualTo(200);
  }
}
