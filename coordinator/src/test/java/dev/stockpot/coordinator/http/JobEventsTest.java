package dev.stockpot.coordinator.http;

import static dev.stockpot.coordinator.http.ApiSite.rest;
import static dev.stockpot.coordinator.http.ApiSite.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.coordinator.queue.JobNews;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.LogLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Following a job by a stream of events. */
@SuppressWarnings("NullAway.Init") // set before each
final class JobEventsTest {

  @TempDir private Path directory;
  private ApiSite site;

  @BeforeEach
  void start() {
    site =
        ApiSite.in(
            directory,
            """
            stockpot.coordinator.http.heartbeat = 50ms
            stockpot.coordinator.http.lines-per-follower = 100
            """);
  }

  @AfterEach
  void stop() {
    site.close();
  }

  private CompletableFuture<HttpResponse<InputStream>> following(String... headers) {
    var request = site.user("/v1/jobs/a/events");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return site.client.sendAsync(request.build(), BodyHandlers.ofInputStream());
  }

  private JobRequest.Follow followed() {
    site.asked(JobRequest.GetJob.class)
        .replyTo()
        .tell(new Answer.Ok<>(Jobs.job("a", JobStatus.RUNNING)));
    return site.asked(JobRequest.Follow.class);
  }

  private static BufferedReader reader(HttpResponse<InputStream> answer) {
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  /** The lines of the next event. */
  private static List<String> event(BufferedReader stream) throws IOException {
    String line = Objects.requireNonNull(stream.readLine(), "the stream has ended");
    while (line.startsWith(":") || line.isEmpty()) {
      line = Objects.requireNonNull(stream.readLine(), "the stream has ended");
    }
    return List.of(line, stream.readLine(), stream.readLine());
  }

  @Test
  void aFollowerHearsStatesAndLinesUntilTheEnd() throws IOException {
    CompletableFuture<HttpResponse<InputStream>> answer = following();
    JobRequest.Follow follow = followed();
    assertThat(follow.id()).isEqualTo("a");
    assertThat(follow.after()).isZero();
    ActorRef<JobNews> follower = follow.subscriber();
    follower.tell(new JobNews.JobChanged(Jobs.job("a", JobStatus.RUNNING)));
    assertThat(answer.join().headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/event-stream");
    BufferedReader stream = reader(answer.join());
    assertThat(event(stream))
        .satisfiesExactly(
            id -> assertThat(id).isEqualTo("id: 0"),
            name -> assertThat(name).isEqualTo("event: job"),
            data -> assertThat(data).startsWith("data: {\"id\":\"a\",\"status\":\"running\""));
    follower.tell(new JobNews.Logged(Jobs.line(1)));
    assertThat(event(stream))
        .containsExactly(
            "id: 1",
            "event: log",
            "data: {\"sequence\":1,\"time\":\"2026-01-02T03:04:05.678Z\",\"level\":\"warning\",\"message\":\"line 1\"}");
    follower.tell(new JobNews.Logged(Jobs.line(2)));
    follower.tell(new JobNews.JobChanged(Jobs.job("a", JobStatus.DONE)));
    assertThat(event(stream)).contains("id: 2", "event: log");
    assertThat(event(stream))
        .contains("id: 2", "event: job")
        .anyMatch(line -> line.contains("\"done\""));
    assertThat(stream.lines().filter(line -> !line.startsWith(":") && !line.isEmpty())).isEmpty();
    assertThat(site.asked(JobRequest.Unfollow.class).subscriber()).isEqualTo(follower);
  }

  @Test
  void whoComesBackGoesOnAfterTheLastEvent() {
    CompletableFuture<HttpResponse<InputStream>> answer = following("Last-Event-ID", "41");
    JobRequest.Follow follow = followed();
    assertThat(follow.after()).isEqualTo(41);
    follow.subscriber().tell(new JobNews.JobChanged(Jobs.job("a", JobStatus.DONE)));
    assertThat(reader(answer.join()).lines()).contains("id: 41", "event: job");
  }

  @Test
  void aJobThatIsGoneEndsTheStream() {
    CompletableFuture<HttpResponse<InputStream>> answer = following();
    followed().subscriber().tell(new JobNews.Unknown("a"));
    assertThat(reader(answer.join()).lines()).noneMatch(line -> line.startsWith("event:"));
  }

  @Test
  void anUnknownJobHasNoStream() {
    CompletableFuture<HttpResponse<InputStream>> answer = following();
    site.asked(JobRequest.GetJob.class)
        .replyTo()
        .tell(new Answer.Refused<>(Answer.Reason.NOT_FOUND, "no such job", List.of()));
    assertThat(answer.join().statusCode()).isEqualTo(404);
  }

  @Test
  void anEventIdThatIsNoneIsRefused() {
    assertThat(following("Last-Event-ID", "x").join().statusCode()).isEqualTo(400);
    assertThat(following("Last-Event-ID", "-1").join().statusCode()).isEqualTo(400);
  }

  @Test
  void aStreamShowsThatItStillRuns() throws IOException {
    CompletableFuture<HttpResponse<InputStream>> answer = following();
    followed();
    BufferedReader stream = reader(answer.join());
    assertThat(stream.readLine()).startsWith(":");
    assertThat(stream.readLine()).isEmpty();
    assertThat(stream.readLine()).startsWith(":");
  }

  @Test
  void aFollowerWhoLeavesIsForgotten() throws IOException {
    CompletableFuture<HttpResponse<InputStream>> answer = following();
    ActorRef<JobNews> follower = followed().subscriber();
    answer.join().body().close();
    assertThat(site.asked(JobRequest.Unfollow.class).subscriber()).isEqualTo(follower);
  }

  @Test
  void theStreamEndsWithTheQueue() {
    CompletableFuture<HttpResponse<InputStream>> answer = following();
    followed();
    site.queue.stop();
    assertThat(reader(answer.join()).lines().filter(line -> line.startsWith("event:"))).isEmpty();
  }

  @Test
  void aSlowReaderMissesLinesAndStatesButNotTheEnd() throws IOException {
    int lines = 20_000;
    try (Socket socket = site.socket()) {
      socket.setReceiveBufferSize(4_096);
      write(
          socket,
          "GET /v1/jobs/a/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(site.token));
      ActorRef<JobNews> follower = followed().subscriber();
      String long1 = "x".repeat(1_000);
      for (int i = 1; i <= lines; i++) {
        follower.tell(new JobNews.Logged(new LogLine(i, Jobs.TIME, LogLine.Level.INFO, long1)));
        follower.tell(new JobNews.JobChanged(Jobs.job("a", JobStatus.RUNNING, i)));
      }
      follower.tell(new JobNews.JobChanged(Jobs.job("a", JobStatus.DONE, lines)));
      site.asked(JobRequest.Unfollow.class);
      String heard = rest(socket);
      assertThat(heard).contains("event: gap\ndata: {\"after\":");
      assertThat(heard).contains("id: " + lines + "\nevent: log\n");
      assertThat(heard.split("event: log\n", -1)).hasSizeLessThan(lines);
      assertThat(heard.substring(heard.lastIndexOf("event: "))).contains("\"status\":\"done\"");
    }
  }
}
