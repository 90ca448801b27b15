package dev.stockpot.hub.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.stockpot.fixtures.SelfSignedKey;
import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through which hosts the hub is reached, and whose certificates are believed. */
final class RoutesTest {

  @TempDir private Path directory;

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = started(HttpServer.create());
  }

  private HttpServer started(HttpServer made) throws IOException {
    made.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    made.createContext(
        "/",
        exchange -> {
          try (exchange) {
            asked.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
          }
        });
    made.start();
    return made;
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private void ask(Map<String, String> environment) {
    try (Hub hub = new Hub(HubSettings.from(environment, directory))) {
      hub.api("org/name", "org/name", "/api/x", UnaryOperator.identity());
    }
  }

  @Test
  void aPlainEndpointIsAskedThroughTheProxyThatTheEnvironmentNames() {
    ask(Map.of("HF_ENDPOINT", "http://hub.invalid", "HTTP_PROXY", "http://127.0.0.1:" + port()));

    assertThat(asked).containsExactly("http://hub.invalid/api/x");
  }

  @Test
  void aHostOfNoProxyIsAskedDirectly() {
    ask(
        Map.of(
            "HF_ENDPOINT",
            "http://127.0.0.1:" + port(),
            "HTTP_PROXY",
            "http://proxy.invalid:1",
            "NO_PROXY",
            "127.0.0.1"));

    assertThat(asked).containsExactly("/api/x");
  }

  @Test
  void aConnectionThatBreaksBeforeItIsSecureIsTriedAgain() throws Exception {
    AtomicInteger accepted = new AtomicInteger();
    try (ServerSocket port = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(() -> {
            while (!port.isClosed()) {
              try (Socket _ = port.accept()) {
                accepted.incrementAndGet();
              } catch (IOException _) {
                // The test ended.
              }
            }
          });
      HubSettings settings =
          HubSettings.from(
              Map.of("HF_ENDPOINT", "https://127.0.0.1:" + port.getLocalPort()), directory);
      Duration second = Duration.ofSeconds(1);
      Patience patience = new Patience(second, second, Duration.ofMillis(1), 3, second);
      try (Hub hub = new Hub(settings, patience, _ -> {})) {
        assertThatThrownBy(
                () -> hub.api("org/name", "org/name", "/api/x", UnaryOperator.identity()))
            .isInstanceOf(HubException.class)
            .hasMessageContaining("given up after 3 attempts");
      }
    }
    assertThat(accepted.get()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void anAuthorityOfOnesOwnIsBelievedOnlyWhereItIsNamed() throws Exception {
    SelfSignedKey key = SelfSignedKey.in(directory.resolve("key"), "ip:127.0.0.1");
    HttpsServer secure = HttpsServer.create();
    secure.setHttpsConfigurator(new HttpsConfigurator(key.server()));
    server.stop(0);
    server = started(secure);
    Path pem = Files.writeString(directory.resolve("ca.pem"), key.pem());
    Map<String, String> environment = new HashMap<>();
    environment.put("HF_ENDPOINT", "https://127.0.0.1:" + port());

    assertThatThrownBy(() -> ask(environment))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("127.0.0.1: its certificate is not from an authority that is trusted")
        .hasMessageContaining("SSL_CERT_FILE");
    environment.put("REQUESTS_CA_BUNDLE", pem.toString());
    ask(environment);
    environment.put("SSL_CERT_FILE", directory.resolve("none.pem").toString());
    assertThatThrownBy(() -> ask(environment))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("none.pem");

    assertThat(asked).containsExactly("/api/x");
  }
}
