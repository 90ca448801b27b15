package dev.stockpot.coordinator.http;

import static dev.stockpot.coordinator.http.ApiSite.error;
import static dev.stockpot.coordinator.http.ApiSite.rest;
import static dev.stockpot.coordinator.http.ApiSite.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.queue.JobRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What outsiders and clumsy clients may try. */
@SuppressWarnings("NullAway.Init") // set before all
final class LimitsTest {

  private static final String HEALTH = "GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n";

  @TempDir private static Path directory;
  private static ApiSite site;

  @BeforeAll
  static void start() {
    site =
        ApiSite.in(
            directory,
            """
            stockpot.coordinator.http {
              head-timeout = 500ms
              idle-timeout = 500ms
            }
            """);
  }

  @AfterAll
  static void stop() {
    // Whatever was tried, the server still answers.
    assertThat(site.send(site.request("/v1/health").GET()).statusCode()).isEqualTo(200);
    site.close();
  }

  private static String submission(String headers) {
    return "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s\r\n\r\n"
        .formatted(site.token, headers);
  }

  @Test
  void aBodyOfTenGigabytesIsRefusedWithoutBeingRead() throws IOException {
    try (Socket socket = site.socket()) {
      write(socket, submission("Content-Length: 10000000000"));
      assertThat(rest(socket)).startsWith("HTTP/1.1 413").contains("1114112 bytes");
    }
  }

  @Test
  void aBodyThatDoesNotSayItsLengthIsCutOffAtTheLimit() throws IOException {
    String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
    try (Socket socket = site.socket()) {
      write(socket, submission("Transfer-Encoding: chunked"));
      for (long sent = 0; sent <= Bodies.LIMIT; sent += 0x10000) {
        write(socket, chunk);
      }
      assertThat(socket.getInputStream().readNBytes(12)).asString(UTF_8).isEqualTo("HTTP/1.1 413");
    }
  }

  @Test
  void aPlanOfOneMebibyteIsNotTooLarge() {
    CompletableFuture<HttpResponse<String>> sent =
        site.sending(
            site.user("/v1/jobs")
                .POST(ApiSite.json(Map.of("plan", "#".repeat(1 << 20), "directory", "/d"))));
    assertThat(site.asked(JobRequest.Submit.class).submission().plan()).hasSize(1 << 20);
    sent.cancel(true);
  }

  /** Pekko's parser goes a call deeper for each. */
  @Test
  void thousandsOfRequestsAtOnceAreAnsweredOneByOne() throws IOException {
    int requests = 3_000;
    try (Socket socket = site.socket()) {
      CompletableFuture<String> heard =
          CompletableFuture.supplyAsync(() -> {
            try {
              return rest(socket);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      write(socket, HEALTH.repeat(requests));
      assertThat(heard.join().split("HTTP/1.1 200 OK", -1)).hasSize(requests + 1);
    }
  }

  @Test
  void aBodyThatDoesNotComeIsNotWaitedFor() throws IOException {
    try (Socket socket = site.socket()) {
      write(socket, submission("Content-Length: 100") + "{\"plan\": ");
      assertThat(rest(socket)).startsWith("HTTP/1.1 408");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zz\r\n{}\r\n0\r\n\r\n", "-1\r\n", "ffffffffffffffffff\r\n"})
  void aBodyOfMalformedChunksIsABadRequest(String chunks) throws IOException {
    try (Socket socket = site.socket()) {
      write(socket, submission("Transfer-Encoding: chunked") + chunks);
      assertThat(rest(socket)).startsWith("HTTP/1.1 400").contains("chunks");
    }
  }

  @Test
  void aHeadThatDoesNotComeIsNotWaitedFor() throws IOException {
    try (Socket socket = site.socket()) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aHeadThatTricklesInIsCutOff() throws IOException {
    assertThat(trickled("GET /v1/health HTTP/1.1\r\nX: ")).isEmpty();
  }

  @Test
  void aSecondHeadThatTricklesInIsCutOff() throws IOException {
    assertThat(trickled(HEALTH + "GET /v1/health HTTP/1.1\r\nX: "))
        .containsOnlyOnce("HTTP/1.1 200");
  }

  /** What the server answers to one who sends a byte now and then, until it has enough of him. */
  private static String trickled(String begin) throws IOException {
    ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor();
    try (Socket socket = site.socket()) {
      write(socket, begin);
      var _ =
          trickle.scheduleAtFixedRate(
              () -> {
                try {
                  write(socket, "x");
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              },
              0,
              20,
              TimeUnit.MILLISECONDS);
      StringBuilder answer = new StringBuilder();
      try {
        for (int next = socket.getInputStream().read();
            next >= 0;
            next = socket.getInputStream().read()) {
          answer.append((char) next);
        }
      } catch (SocketException _) {
        // Reset, for what had not been read when the server closed.
      }
      return answer.toString();
    } finally {
      trickle.shutdownNow();
    }
  }

  @ParameterizedTest
  @CsvSource({"9000, 1, 431", "10, 200, 400"})
  void aHeadThatIsTooLargeIsRefused(int length, int count, int status) throws IOException {
    String header = "X-Header: " + "x".repeat(length) + "\r\n";
    try (Socket socket = site.socket()) {
      write(socket, "GET /v1/health HTTP/1.1\r\nHost: x\r\n" + header.repeat(count) + "\r\n");
      assertThat(rest(socket)).startsWith("HTTP/1.1 " + status).contains("{\"error\":");
    }
  }

  @Test
  void anAddressThatIsTooLongIsRefused() throws IOException {
    try (Socket socket = site.socket()) {
      write(socket, "GET /" + "x".repeat(5_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(rest(socket)).startsWith("HTTP/1.1 414").contains("{\"error\":");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/../v1/health",
    "/v1/jobs/../health",
    "/v1/./health",
    "//v1/health",
    "/v1/health/..",
    "/v1/data/run/inputs/..%2f..%2fetc%2fpasswd",
    "/v1/jobs/%00",
    "/v1/jobs/%zz"
  })
  void aPathThatClimbsIsNoAddress(String path) throws IOException {
    try (Socket socket = site.socket()) {
      write(
          socket,
          "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\nStockpot-Capability: x\r\n\r\n"
              .formatted(path, site.token));
      assertThat(rest(socket)).containsPattern("^HTTP/1.1 40[034]").contains("{\"error\":");
    }
  }

  @ParameterizedTest
  @CsvSource({"an-unusually-long-method / HTTP/1.1", "'\u0000\u0001 / HTTP/1.1'", "GET / HTTP/9.9"})
  void whatIsNoHttpIsAnsweredShortly(String line) throws IOException {
    try (Socket socket = site.socket()) {
      write(socket, line + "\r\n\r\n");
      String answer = rest(socket);
      assertThat(answer).containsPattern("^HTTP/1.1 (400|501|505)");
      assertThat(answer).contains("{\"error\":").doesNotContain("Exception");
    }
  }

  @ParameterizedTest
  @CsvSource({"hello", "GET", "'\u0016\u0003\u0001'"})
  void whatDoesNotBecomeHttpIsCutOff(String line) throws IOException {
    try (Socket socket = site.socket()) {
      write(socket, line + "\r\n\r\n");
      assertThat(rest(socket)).doesNotContain(" 200 ");
    }
  }

  @Test
  void connectionsBeyondTheLimitWaitTheirTurn(@TempDir Path other) throws IOException {
    try (ApiSite small =
            ApiSite.in(
                other, "stockpot.coordinator.http { max-connections = 2, head-timeout = 2s }");
        Socket first = small.socket();
        Socket second = small.socket();
        Socket third = small.socket()) {
      write(third, "GET /v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      // The first two say nothing, and are closed for that; then it is the third one's turn.
      assertThat(first.getInputStream().read()).isEqualTo(-1);
      assertThat(rest(third)).startsWith("HTTP/1.1 200");
      assertThat(second.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aPlanThatIsTooLargeIsRefusedToAnOrdinaryClient() {
    HttpResponse<String> answer =
        site.send(site.user("/v1/jobs").POST(BodyPublishers.ofByteArray(new byte[1_200_000])));
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(error(answer)).contains("at most");
  }
}
