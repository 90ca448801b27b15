package dev.stockpot.metrics;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MetricsServerTest {

  private final AtomicReference<Optional<String>> unready =
      new AtomicReference<>(Optional.of("it starts"));

  private static MetricsSettings settings(String text) {
    Config config = ConfigFactory.parseString(text).withFallback(ConfigFactory.defaultReference());
    return MetricsSettings.from(config.resolve());
  }

  private MetricsServer start(int port) throws IOException {
    return MetricsServer.start(
        settings("stockpot.metrics.port = " + port), new Metrics("1.2.3"), unready::get);
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    }
  }

  @Test
  void servesMetricsHealthAndReadiness() throws Exception {
    try (MetricsServer server = start(freePort())) {
      HttpResponse<String> metrics = get(server.url());
      assertThat(metrics.statusCode()).isEqualTo(200);
      assertThat(metrics.headers().firstValue("Content-Type").orElseThrow())
          .startsWith("text/plain; version=0.0.4");
      assertThat(metrics.body()).contains("stockpot_build_info");
      String ready = server.url().replace("/metrics", "/ready");
      assertThat(get(ready).statusCode()).isEqualTo(503);
      assertThat(get(ready).body()).isEqualTo("it starts\n");
      unready.set(Optional.empty());
      assertThat(get(ready).statusCode()).isEqualTo(200);
      assertThat(get(server.url().replace("/metrics", "/health")).statusCode()).isEqualTo(200);
      assertThat(get(server.url().replace("/metrics", "/other")).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void theNextProcessOfAMachineTakesTheNextPort() throws Exception {
    int port = freePort();
    try (MetricsServer first = start(port);
        MetricsServer second = start(port)) {
      assertThat(first.url()).endsWith(":" + port + "/metrics");
      assertThat(second.url()).isNotEqualTo(first.url());
      assertThat(get(second.url()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void offLoopbackSomebodyMustHaveSaidThatEverybodyMayRead() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> settings("stockpot.metrics { port = 7626, host = 0.0.0.0 }"))
        .withMessageContaining("for-everybody");
    assertThat(settings("stockpot.metrics { port = 0, host = 0.0.0.0 }").port()).isZero();
    assertThat(
            settings("stockpot.metrics { port = 7626, host = 0.0.0.0, for-everybody = on }").host())
        .isEqualTo("0.0.0.0");
  }

  @Test
  void aPortThatIsNoneIsToldWithItsPlaceAndCure() {
    for (int port : new int[] {65_536, -1}) {
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(() -> settings("\nstockpot.metrics.port = " + port))
          .withMessageContaining("stockpot.metrics.port")
          .withMessageContaining("2: ")
          .withMessageContaining(port + " is no port: choose one from 1 to 65535");
    }
    assertThat(settings("stockpot.metrics.port = 65535").port()).isEqualTo(65_535);
  }

  @Test
  void headIsGetWithoutABody() throws Exception {
    PrintStream stderr = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try (MetricsServer server = start(freePort());
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(server))) {
      String head = "HEAD /ready HTTP/1.1\r\nHost: localhost\r\n";
      socket
          .getOutputStream()
          .write((head + "\r\n" + head + "Connection: close\r\n\r\n").getBytes(US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .contains("Content-length: 10")
          .doesNotContain("it starts")
          .matches("(?s)HTTP/1.1 503 .*\r\n\r\nHTTP/1.1 503 .*\r\n\r\n");
    } finally {
      System.setErr(stderr);
    }
    assertThat(said.toString(StandardCharsets.UTF_8)).doesNotContain("sendResponseHeaders");
  }

  private static int port(MetricsServer server) {
    return URI.create(server.url()).getPort();
  }

  /** A stranger's page whose name was made to point here reads nothing. */
  @Test
  void aRequestUnderAnotherNameIsRefused() throws Exception {
    try (MetricsServer server = start(freePort())) {
      URI url = URI.create(server.url());
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
        socket
            .getOutputStream()
            .write(
                "GET /metrics HTTP/1.1\r\nHost: evil.example:1\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
            .startsWith("HTTP/1.1 403 ");
      }
    }
    assertThat(LocalHost.isNamed("localhost:7625")).isTrue();
    assertThat(LocalHost.isNamed("127.0.0.1")).isTrue();
    assertThat(LocalHost.isNamed("[::1]:7625")).isTrue();
    assertThat(LocalHost.isNamed("127.0.0.1.evil.example")).isFalse();
  }
}
