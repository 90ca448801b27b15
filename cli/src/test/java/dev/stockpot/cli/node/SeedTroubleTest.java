package dev.stockpot.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SeedTroubleTest {

  @SuppressWarnings("NullAway.Init") // set before each
  private HttpServer http;

  @BeforeEach
  void aCoordinatorOfTheClusterKitchen() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    byte[] health =
        "{\"status\":\"active\",\"cluster\":\"kitchen\"}".getBytes(StandardCharsets.US_ASCII);
    http.createContext(
        "/v1/health",
        exchange -> {
          exchange.sendResponseHeaders(200, health.length);
          exchange.getResponseBody().write(health);
          exchange.close();
        });
    http.start();
  }

  @AfterEach
  void stop() {
    http.stop(0);
  }

  private String trouble(int port, String cluster) {
    return SeedTrouble.with(
        new HostPort("127.0.0.1", port), cluster, Optional.empty(), http.getAddress().getPort());
  }

  private static ServerSocket silent() throws IOException {
    return new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
  }

  @Test
  void anotherNameOfTheClusterIsToldWithBoth() throws IOException {
    try (ServerSocket seed = silent()) {
      assertThat(trouble(seed.getLocalPort(), "stockpot"))
          .isEqualTo(
              "the coordinator at 127.0.0.1:%d is of the cluster 'kitchen', and this worker of 'stockpot': set stockpot.cluster.name"
                  .formatted(seed.getLocalPort()));
    }
  }

  @Test
  void theHttpPortIsToldOf() {
    assertThat(trouble(http.getAddress().getPort(), "stockpot"))
        .contains("is the HTTP port of a coordinator");
  }

  @Test
  void whereNobodyListensTheReasonIsTold() throws IOException {
    int port;
    try (ServerSocket seed = silent()) {
      port = seed.getLocalPort();
    }
    assertThat(trouble(port, "stockpot")).startsWith("no coordinator at 127.0.0.1:" + port + ": ");
  }

  @Test
  void aNodeThatStaysSilentIsToldOf() throws IOException {
    try (ServerSocket seed = silent()) {
      assertThat(trouble(seed.getLocalPort(), "kitchen"))
          .contains("lets no node of a cluster 'kitchen' in");
    }
  }
}
