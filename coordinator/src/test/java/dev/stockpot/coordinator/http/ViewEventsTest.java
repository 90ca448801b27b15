package dev.stockpot.coordinator.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looking at a view by a stream of events. */
@SuppressWarnings("NullAway.Init") // set before each
final class ViewEventsTest {

  @TempDir private Path directory;
  private ApiSite site;

  @BeforeEach
  void start() {
    site =
        ApiSite.in(
            directory,
            """
            stockpot.coordinator.http.heartbeat = 50ms
            stockpot.coordinator.http.reader-timeout = 1s
            """);
    site.history.accept(new HistoryEvent.JobChanged(1, Jobs.job("a", JobStatus.RUNNING)));
    line(1);
  }

  @AfterEach
  void stop() {
    site.close();
  }

  private void line(long number) {
    site.history.accept(
        new HistoryEvent.JobLogged(
            1, "a", new LogLine(number, Jobs.TIME, LogLine.Level.INFO, "<b>" + number)));
  }

  private BufferedReader looking(String path, String... headers) throws IOException {
    var request = site.user(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<InputStream> answer = site.send(request, BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return reader(answer);
  }

  private static BufferedReader reader(HttpResponse<InputStream> answer) {
    return new BufferedReader(new InputStreamReader(answer.body(), UTF_8));
  }

  /** The next rows; their version is asserted to be what the event's id says. */
  private static JsonNode rows(BufferedReader stream) throws IOException {
    String id = "";
    while (true) {
      String line = Objects.requireNonNull(stream.readLine(), "the stream has ended");
      if (line.startsWith("id: ")) {
        id = line.substring("id: ".length());
      }
      if (line.startsWith("data: ") && !id.isEmpty()) {
        JsonNode rows = JsonMapper.shared().readTree(line.substring("data: ".length()));
        assertThat(id)
            .isEqualTo(rows.get("epoch").stringValue() + "." + rows.get("version").longValue());
        return rows;
      }
    }
  }

  private static String id(JsonNode rows) {
    return rows.get("epoch").stringValue() + "." + rows.get("version").longValue();
  }

  @Test
  void whoLooksGetsAllRowsAndThenThoseThatChange() throws IOException {
    BufferedReader stream = looking("/v1/jobs/a/view/events");
    JsonNode all = rows(stream);
    assertThat(all.get("reset").booleanValue()).isTrue();
    assertThat(all.get("rows").propertyNames()).contains("job", "span", "log/1", "phase/0");
    line(2);
    JsonNode changed = rows(stream);
    assertThat(changed.get("reset").booleanValue()).isFalse();
    assertThat(changed.get("rows").propertyNames()).containsExactly("log/2");
    assertThat(changed.get("rows").get("log/2").get("message").stringValue()).isEqualTo("<b>2");
  }

  @Test
  void whoComesBackGetsWhatChangedMeanwhile() throws IOException {
    String known = id(rows(looking("/v1/jobs/a/view/events")));
    line(2);
    for (BufferedReader stream :
        new BufferedReader[] {
          looking("/v1/jobs/a/view/events", "Last-Event-ID", known),
          looking("/v1/jobs/a/view/events?after=" + known)
        }) {
      JsonNode changed = rows(stream);
      assertThat(changed.get("reset").booleanValue()).isFalse();
      assertThat(changed.get("rows").propertyNames()).containsExactly("log/2");
    }
  }

  @Test
  void whoComesBackFromAnotherProcessForgetsWhatThatSaid() throws IOException {
    for (String known : new String[] {"0.1", "x", "", "-7", "1.2.3"}) {
      JsonNode all = rows(looking("/v1/jobs/a/view/events", "Last-Event-ID", known + " "));
      assertThat(all.get("reset").booleanValue()).as(known).isTrue();
      assertThat(all.get("rows").propertyNames()).contains("job");
    }
  }

  @Test
  void theStreamOfAJobThatIsDeletedEnds() throws IOException {
    BufferedReader stream = looking("/v1/jobs/a/view/events");
    rows(stream);
    site.history.accept(new HistoryEvent.JobDeleted(2, "a"));
    assertThat(stream.lines().filter(line -> line.startsWith("id:"))).isEmpty();
    CompletableFuture<HttpResponse<String>> gone = site.sending(site.user("/v1/jobs/a/view"));
    site.asked(JobRequest.GetJob.class)
        .replyTo()
        .tell(new Answer.Refused<>(Answer.Reason.NOT_FOUND, "no such job", List.of()));
    assertThat(gone.join().statusCode()).isEqualTo(404);
  }

  /** What a page asks that was open while its coordinator started anew. */
  @Test
  void aJobThatIsStillBeingReadFromTheJournalIsWaitedFor() {
    CompletableFuture<HttpResponse<String>> early = site.sending(site.user("/v1/jobs/late/view"));
    JobRequest.GetJob asked = site.asked(JobRequest.GetJob.class);
    JobView late = Jobs.job("late", JobStatus.RUNNING);
    site.history.accept(new HistoryEvent.JobChanged(2, late));
    asked.replyTo().tell(new Answer.Ok<>(late));
    assertThat(early.join().statusCode()).isEqualTo(200);
  }

  @Test
  void aReportIsAPageThatMayDoNothingHere() {
    HttpResponse<String> report = site.send(site.user("/v1/jobs/a/report"));
    assertThat(report.statusCode()).isEqualTo(200);
    assertThat(report.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
    assertThat(report.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("sandbox")
        .doesNotContain("allow-same-origin");
    assertThat(report.body()).contains("\"log/1\"").doesNotContain("<b>1");
    assertThat(site.send(site.user("/v1/jobs/b/report")).statusCode()).isEqualTo(404);
  }

  @Test
  void aStreamEndsWithTheLineOfItsToken() throws IOException {
    Path file = directory.resolve("token");
    Files.writeString(file, site.token + "\nwall " + "w".repeat(32) + " read-only\n");
    HttpRequest.Builder walls =
        site.request("/v1/jobs/a/view/events").header("Authorization", "Bearer " + "w".repeat(32));
    HttpResponse<InputStream> wall = site.send(walls, BodyHandlers.ofInputStream());
    while (wall.statusCode() == 401) {
      wall = site.send(walls, BodyHandlers.ofInputStream());
    }
    BufferedReader stream = reader(wall);
    rows(stream);
    BufferedReader other = looking("/v1/jobs/a/view/events");
    rows(other);
    Files.writeString(file, site.token + "\n");
    assertThat(stream.lines().filter(line -> line.startsWith("id:"))).isEmpty();
    line(2);
    assertThat(rows(other).get("rows").propertyNames()).containsExactly("log/2");
  }

  /** It would hold what it was sent for as long as it likes. */
  @Test
  void whoTakesNothingIsCutOff() throws IOException {
    for (int i = 2; i <= 400; i++) {
      site.history.accept(
          new HistoryEvent.JobLogged(
              1, "a", new LogLine(i, Jobs.TIME, LogLine.Level.INFO, "x".repeat(25_000))));
    }
    try (Socket socket = site.socket()) {
      socket.setReceiveBufferSize(4_096);
      ApiSite.write(
          socket,
          "GET /v1/jobs/a/view/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(site.token));
      assertThat(socket.getInputStream().readNBytes(12)).asString(UTF_8).isEqualTo("HTTP/1.1 200");
      // What the server does not read while it answers waits, and ends with the connection.
      CompletableFuture<Void> written =
          CompletableFuture.runAsync(() -> {
            while (true) {
              try {
                ApiSite.write(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(10));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          });
      assertThat(written.orTimeout(50, TimeUnit.SECONDS))
          .completesExceptionallyWithin(Duration.ofSeconds(60))
          .withThrowableOfType(ExecutionException.class)
          .withRootCauseInstanceOf(SocketException.class);
    }
  }

  @Test
  void aViewNeedsAToken() {
    assertThat(site.send(site.request("/v1/views/overview/events")).statusCode()).isEqualTo(401);
  }

  @Test
  void whatMetricsShowOfActorsIsAView() {
    assertThat(ApiSite.parsed(site.send(site.user("/v1/views/actors"))).get("rows").toString())
        .isEqualTo("{\"system\":{\"deadLetters\":3}}");
  }
}
