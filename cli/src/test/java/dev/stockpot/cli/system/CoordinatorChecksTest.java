package dev.stockpot.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.stockpot.cli.CommandRun;
import dev.stockpot.cli.system.Check.Status;
import dev.stockpot.cli.system.NodeFile.TlsFiles;
import dev.stockpot.merge.verification.StockpotVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoordinatorChecksTest {
  @TempDir Path root;

  @SuppressWarnings("NullAway.Init") // set before each
  private HttpServer server;

  private volatile String answer = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    server.createContext("/v1/health", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private List<Check> checks() {
    return CoordinatorChecks.of(url(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  @Test
  void aCoordinatorOfTheSameVersionAndTimeIsFine() {
    answer = "{\"status\":\"standby\",\"version\":\"%s\"}".formatted(StockpotVersion.current());
    assertThat(checks())
        .containsExactly(
            Check.ok("coordinator " + url(), "standby, version " + StockpotVersion.current()),
            Check.ok("clock", "as the coordinator's"));
  }

  @Test
  void anotherVersionIsAWarning() {
    answer = "{\"status\":\"active\",\"version\":\"9.9\"}";
    assertThat(checks().getFirst().status()).isEqualTo(Status.WARN);
    assertThat(checks().getFirst().found()).startsWith("active, version 9.9, and here it is ");
  }

  @Test
  void anotherClustersNameFails() {
    answer =
        "{\"status\":\"active\",\"cluster\":\"kitchen\",\"version\":\"%s\"}"
            .formatted(StockpotVersion.current());
    assertThat(
            CoordinatorChecks.of(
                url(), Optional.empty(), Optional.of("stockpot"), Optional.empty()))
        .extracting(Check::found)
        .contains("is of the cluster 'kitchen', and this node of 'stockpot'");
  }

  @Test
  void aTokenThatIsGivenIsTried() throws IOException {
    answer = "{\"status\":\"active\",\"version\":\"%s\"}".formatted(StockpotVersion.current());
    server.createContext(
        "/v1/workers",
        exchange -> {
          boolean right =
              ("Bearer " + "1".repeat(64))
                  .equals(exchange.getRequestHeaders().getFirst("Authorization"));
          exchange.sendResponseHeaders(right ? 200 : 401, -1);
          exchange.close();
        });
    for (String digit : List.of("1", "2")) {
      Path file = Files.writeString(root.resolve("token"), digit.repeat(64));
      CommandRun run = CommandRun.of("doctor", "--coordinator", url(), "--token-file", file, root);
      assertThat(run.out())
          .contains(
              digit.equals("1")
                  ? "ok    coordinator %s: the token from %s is accepted".formatted(url(), file)
                  : "FAIL  coordinator %s: the token from %s is not accepted"
                      .formatted(url(), file));
    }
  }

  @Test
  void anotherServiceIsNoCoordinator() {
    answer = "<html>";
    assertThat(checks().getFirst().found())
        .isEqualTo("answers, but is no coordinator (status 200)");
    answer = "{\"status\":\"UP\"}";
    assertThat(checks().getFirst().status()).isEqualTo(Status.FAIL);
  }

  @Test
  void whereNothingAnswersTheCommandFailsAndSaysWhatToDo() {
    server.stop(0);
    CommandRun run = CommandRun.of("doctor", "--coordinator", url(), root);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .contains("FAIL  coordinator " + url() + ": nothing answers there\n        start the");
  }

  @Test
  void whatIsNoAddressFails() {
    for (String wrong : List.of("host:7625", "ftp://a", "http://", "http://a b", "")) {
      assertThat(CoordinatorChecks.of(wrong, Optional.empty(), Optional.empty(), Optional.empty()))
          .extracting(Check::found)
          .containsExactly("is no address of a coordinator");
    }
    assertThat(
            CoordinatorChecks.of(
                "https://nowhere.invalid:7625",
                Optional.empty(),
                Optional.empty(),
                Optional.empty()))
        .extracting(Check::found)
        .containsExactly("no resolver knows its host");
  }

  @Test
  void itsCertificateMustBeOfTheCaThatIsNamed() throws Exception {
    Path ca = root.resolve("ca");
    assertThat(CommandRun.of("certs", "ca", ca).exitCode()).isZero();
    assertThat(CommandRun.of("certs", "node", ca, "node", "--host", "127.0.0.1").exitCode())
        .isZero();
    HttpsServer secure =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    try {
      secure.setHttpsConfigurator(new HttpsConfigurator(context(ca.resolve("node"))));
      secure.createContext("/v1/health", this::answer);
      secure.start();
      answer = "{\"status\":\"active\",\"version\":\"%s\"}".formatted(StockpotVersion.current());
      String url = "https://127.0.0.1:" + secure.getAddress().getPort();
      assertThat(
              CoordinatorChecks.of(
                  url, Optional.of(ca.resolve("ca.pem")), Optional.empty(), Optional.empty()))
          .extracting(Check::status)
          .containsExactly(Status.OK, Status.OK);
      assertThat(
              CoordinatorChecks.of(url, Optional.empty(), Optional.empty(), Optional.empty())
                  .getFirst()
                  .found())
          .isEqualTo("no TLS with it: unable to find valid certification path to requested target");
    } finally {
      secure.stop(0);
    }
  }

  private static SSLContext context(Path node) throws Exception {
    return TlsChecks.of(
            new TlsFiles(
                node.resolve("node.p12"), node.resolve("trust.p12"), node.resolve("password")),
            "127.0.0.1")
        .context()
        .orElseThrow();
  }

  @Test
  void clocksThatDifferAreToldOf() {
    String date = "Sun, 01 Mar 2026 10:00:00 GMT";
    Instant there = Instant.parse("2026-03-01T10:00:00Z");
    assertThat(CoordinatorChecks.clock(date, there.plusMillis(900)).status()).isEqualTo(Status.OK);
    assertThat(CoordinatorChecks.clock(date, there.plusSeconds(30)))
        .extracting(Check::status, Check::found)
        .containsExactly(Status.WARN, "30 s ahead of the coordinator's");
    assertThat(CoordinatorChecks.clock(date, there.minusSeconds(3600)))
        .extracting(Check::status, Check::found)
        .containsExactly(Status.FAIL, "3600 s behind the coordinator's");
    assertThat(CoordinatorChecks.clock("yesterday", there).status()).isEqualTo(Status.WARN);
  }
}
