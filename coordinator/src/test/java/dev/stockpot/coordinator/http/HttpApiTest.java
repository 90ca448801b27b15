package dev.stockpot.coordinator.http;

import static dev.stockpot.coordinator.http.ApiSite.error;
import static dev.stockpot.coordinator.http.ApiSite.json;
import static dev.stockpot.coordinator.http.ApiSite.parsed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.merge.MergeException;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.WorkerView;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What clients ask, by a real client of a bound server. */
@SuppressWarnings("NullAway.Init") // set before all
final class HttpApiTest {

  private static final Map<String, Object> SUBMISSION =
      Map.of("plan", "version: 1", "directory", "/models");

  @TempDir private static Path directory;
  private static ApiSite site;

  @BeforeAll
  static void start() {
    site = ApiSite.in(directory);
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  @Test
  void aSubmissionReachesTheQueueAndItsJobComesBack() {
    CompletableFuture<HttpResponse<String>> sent =
        site.sending(
            site.user("/v1/jobs")
                .POST(
                    json(
                        Map.of(
                            "id", "night.1",
                            "plan", "version: 1",
                            "directory", "/models",
                            "source", "plan.yaml",
                            "priority", -2,
                            "replace", true))));
    JobRequest.Submit asked = site.asked(JobRequest.Submit.class);
    assertThat(asked.submission())
        .isEqualTo(
            new JobSubmission(
                Optional.of("night.1"), "version: 1", "/models", "plan.yaml", -2, true));
    asked
        .replyTo()
        .tell(
            new Answer.Ok<>(new JobRequest.Submitted(Jobs.job("night.1", JobStatus.QUEUED), true)));
    assertThat(sent.join().statusCode()).isEqualTo(201);
    assertThat(parsed(sent.join()).get("status").stringValue()).isEqualTo("queued");
    assertThat(parsed(sent.join()).get("submitted").stringValue())
        .isEqualTo("2026-01-02T03:04:05.678Z");
    assertThat(parsed(sent.join()).get("started").isNull()).isTrue();
  }

  @Test
  void aSubmissionThatIsThereAlreadyIsNoNewJob() {
    CompletableFuture<HttpResponse<String>> sent =
        site.sending(site.user("/v1/jobs").POST(json(SUBMISSION)));
    JobRequest.Submit asked = site.asked(JobRequest.Submit.class);
    assertThat(asked.submission())
        .isEqualTo(
            new JobSubmission(asked.submission().id(), "version: 1", "/models", "-", 0, false));
    assertThat(asked.submission().id()).isPresent();
    asked
        .replyTo()
        .tell(new Answer.Ok<>(new JobRequest.Submitted(Jobs.job("a", JobStatus.RUNNING), false)));
    assertThat(sent.join().statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID, 400",
    "FORBIDDEN, 403",
    "NOT_FOUND, 404",
    "CONFLICT, 409",
    "UNAVAILABLE, 503",
    "OUT_OF_DISK, 507"
  })
  void aRefusalOfTheQueueIsToldWithEveryMistake(Answer.Reason reason, int status) {
    CompletableFuture<HttpResponse<String>> sent =
        site.sending(site.user("/v1/jobs").POST(json(SUBMISSION)));
    site.asked(JobRequest.Submit.class)
        .replyTo()
        .tell(new Answer.Refused<>(reason, "two mistakes", List.of("line 1", "line\n2")));
    assertThat(sent.join().statusCode()).isEqualTo(status);
    assertThat(sent.join().headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(sent.join().body())
        .isEqualTo("{\"error\":\"two mistakes\",\"details\":[\"line 1\",\"line\\n2\"]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"plan\": \"x\", \"directory\": \"/d\", \"prio\": 1}|unknown field 'prio'",
        "{\"plan\": \"x\"}|needs the field 'directory'",
        "{\"plan\": null, \"directory\": \"/d\"}|field 'plan' must be a string",
        "{\"plan\": [], \"directory\": \"/d\"}|field 'plan' must be a string",
        "{\"plan\": \"x\", \"directory\": \"/d\", \"priority\": 1.5}|must be an integer",
        "{\"plan\": \"x\", \"directory\": \"/d\", \"priority\": 9999999999}|must be an integer",
        "{\"plan\": \"x\", \"directory\": \"/d\", \"replace\": 1}|must be true or false",
        "{\"plan\": \"x\", \"directory\": \"/d\", \"id\": \"../up\"}|an id must match",
        "{\"plan\": \"x\", \"plan\": \"y\", \"directory\": \"/d\"}|no JSON",
        "[]|a submission is a JSON object",
        "{\"plan\": |no JSON",
        "{\"plan\": [1|expected close marker for Array",
        "{} {}|no JSON",
      })
  void aSubmissionThatIsWrongIsRefusedWithTheReason(String body, String reason) {
    HttpResponse<String> answer =
        site.send(site.user("/v1/jobs").POST(BodyPublishers.ofString(body)));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer)).contains(reason).doesNotContain("Exception", "Source");
    site.queue.expectNoMessage(Duration.ZERO);
  }

  @Test
  void jobsAreListedByStatus() {
    CompletableFuture<HttpResponse<String>> sent =
        site.sending(site.user("/v1/jobs?status=running,queued").GET());
    site.asked(JobRequest.ListJobs.class)
        .replyTo()
        .tell(
            List.of(
                Jobs.job("c", JobStatus.QUEUED),
                Jobs.job("b", JobStatus.DONE),
                Jobs.job("a", JobStatus.RUNNING)));
    assertThat(parsed(sent.join()).findValuesAsString("id")).containsExactly("c", "a");
  }

  @Test
  void aStatusThatDoesNotExistIsRefused() {
    HttpResponse<String> answer = site.send(site.user("/v1/jobs?status=runing").GET());
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer)).contains("unknown status 'runing'").contains("running");
  }

  @Test
  void oneJobIsShown() {
    CompletableFuture<HttpResponse<String>> sent =
        site.sending(site.user("/v1/jobs/night-1").GET());
    JobRequest.GetJob asked = site.asked(JobRequest.GetJob.class);
    assertThat(asked.id()).isEqualTo("night-1");
    asked.replyTo().tell(new Answer.Ok<>(Jobs.job("night-1", JobStatus.FAILED)));
    assertThat(parsed(sent.join()).get("failure").get("message").stringValue())
        .isEqualTo("the disk is full");
  }

  @Test
  void whoChangesSomethingIsInTheAuditLogAndTheTokenIsNot() {
    Logger audit = (Logger) LoggerFactory.getLogger("stockpot.audit");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    audit.setLevel(Level.INFO);
    audit.addAppender(lines);
    try {
      CompletableFuture<HttpResponse<String>> submitting =
          site.sending(
              site.user("/v1/jobs")
                  .POST(
                      json(
                          Map.of(
                              "id", "night.1",
                              "plan", "version: 1",
                              "directory", "/models",
                              "replace", true))));
      site.asked(JobRequest.Submit.class)
          .replyTo()
          .tell(
              new Answer.Ok<>(
                  new JobRequest.Submitted(Jobs.job("night.1", JobStatus.QUEUED), true)));
      submitting.join();
      CompletableFuture<HttpResponse<String>> cancelling =
          site.sending(site.user("/v1/jobs/a/cancel").POST(BodyPublishers.noBody()));
      site.asked(JobRequest.Cancel.class)
          .replyTo()
          .tell(new Answer.Refused<>(Answer.Reason.CONFLICT, "it is\nover", List.of()));
      cancelling.join();
      site.send(site.user("/v1/workers").GET());
    } finally {
      audit.detachAppender(lines);
      audit.setLevel(null);
    }
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "submit night.1, priority 0, to replace its output, by unnamed from 127.0.0.1: done",
            "cancel a by unnamed from 127.0.0.1: refused, status 409");
  }

  @Test
  void jobsAreCancelledAndRetried() {
    CompletableFuture<HttpResponse<String>> cancelling =
        site.sending(site.user("/v1/jobs/a/cancel").POST(BodyPublishers.noBody()));
    site.asked(JobRequest.Cancel.class)
        .replyTo()
        .tell(new Answer.Ok<>(Jobs.job("a", JobStatus.CANCELLED)));
    assertThat(parsed(cancelling.join()).get("status").stringValue()).isEqualTo("cancelled");

    CompletableFuture<HttpResponse<String>> retrying =
        site.sending(site.user("/v1/jobs/a/retry").POST(BodyPublishers.noBody()));
    site.asked(JobRequest.Retry.class)
        .replyTo()
        .tell(new Answer.Refused<>(Answer.Reason.CONFLICT, "it is running", List.of()));
    assertThat(retrying.join().statusCode()).isEqualTo(409);
  }

  @Test
  void theLogIsReadFromALineOn() {
    CompletableFuture<HttpResponse<String>> sent =
        site.sending(site.user("/v1/jobs/a/logs?after=7").GET());
    JobRequest.GetLog asked = site.asked(JobRequest.GetLog.class);
    assertThat(asked.after()).isEqualTo(7);
    asked.replyTo().tell(new Answer.Ok<>(List.of(Jobs.line(8))));
    assertThat(sent.join().body())
        .isEqualTo(
            "[{\"sequence\":8,\"time\":\"2026-01-02T03:04:05.678Z\",\"level\":\"warning\",\"message\":\"line 8\"}]");
  }

  @Test
  void workersAreListed() {
    site.workers =
        () ->
            CompletableFuture.completedStage(
                List.of(
                    new WorkerView(
                        "n/cpu",
                        "local",
                        "working",
                        "cpu",
                        "x",
                        "y",
                        1,
                        2,
                        3,
                        4,
                        6,
                        5,
                        0.5,
                        List.of(new WorkerView.Storage("a", "/m", "direct")),
                        Optional.empty(),
                        Optional.empty())));
    HttpResponse<String> answer = site.send(site.user("/v1/workers").GET());
    assertThat(parsed(answer).get(0).get("storage").get(0).get("way").stringValue())
        .isEqualTo("direct");
  }

  @Test
  void aFaultIsToldWithoutItsStackTrace() {
    site.workers = () -> CompletableFuture.failedStage(new IllegalStateException("secret detail"));
    HttpResponse<String> answer = site.send(site.user("/v1/workers").GET());
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).doesNotContain("secret").doesNotContain("Exception");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/jobs", "/v1/jobs/a/events", "/v1/workers", "/v1/openapi.json", "/x"})
  void nobodyIsLetInWithoutTheToken(String path) {
    for (String wrong :
        List.of(
            "Bearer " + "0".repeat(64), "Bearer ", "Bearer", "Basic " + site.token, site.token)) {
      HttpResponse<String> answer =
          site.send(site.request(path).header("Authorization", wrong).GET());
      assertThat(answer.statusCode()).as(wrong).isEqualTo(401);
      assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
      assertThat(answer.body()).doesNotContain(site.token);
    }
    assertThat(site.send(site.request(path).GET()).statusCode()).isEqualTo(401);
    site.queue.expectNoMessage(Duration.ZERO);
  }

  @Test
  void whoMayOnlyLookChangesNothingAndWhoseLineIsRemovedSeesNothing(@TempDir Path other)
      throws IOException {
    String looker = "r".repeat(32);
    try (ApiSite shared = ApiSite.in(other)) {
      Path file = other.resolve("token");
      Files.writeString(file, shared.token + "\nmonitoring " + looker + " read-only\n");
      assertThat(changed(shared, looker, 401)).isEqualTo(200);
      for (String path : List.of("/v1/jobs", "/v1/jobs/a/cancel", "/v1/jobs/a/retry")) {
        HttpResponse<String> refused =
            shared.send(
                shared
                    .request(path)
                    .header("Authorization", "Bearer " + looker)
                    .POST(json(SUBMISSION)));
        assertThat(refused.statusCode()).as(path).isEqualTo(403);
        assertThat(error(refused)).contains("'monitoring' is read-only");
      }
      shared.queue.expectNoMessage(Duration.ZERO);
      Files.writeString(file, shared.token + "\n");
      assertThat(changed(shared, looker, 200)).isEqualTo(401);
      assertThat(shared.send(shared.user("/v1/openapi.json").GET()).statusCode()).isEqualTo(200);
    }
  }

  /** The first other status that this token is answered with. */
  private static int changed(ApiSite site, String token, int before) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    int status = before;
    while (status == before && System.nanoTime() < end) {
      status =
          site.send(
                  site.request("/v1/openapi.json").header("Authorization", "Bearer " + token).GET())
              .statusCode();
    }
    return status;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/assets",
        "/assets/none.js",
        "/v1",
        "/v1/",
        "/v1/jobs/",
        "/v1/jobs/a/b",
        "/v1/jobs/..%2f..%2fetc",
        "/v1/jobs/%2e%2e",
        "/v1/jobs/UPPER",
        "/v1//jobs",
        "/v2/jobs"
      })
  void otherAddressesDoNotExist(String path) {
    HttpResponse<String> answer = site.send(site.user(path).GET());
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(error(answer)).isNotBlank();
    site.queue.expectNoMessage(Duration.ZERO);
  }

  @Test
  void aMethodThatAnAddressDoesNotHaveIsRefused() {
    HttpResponse<String> answer = site.send(site.user("/v1/jobs").DELETE());
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow").orElseThrow()).contains("GET").contains("POST");
  }

  @Test
  void anybodyMayAskForTheHealth() {
    HttpResponse<String> answer = site.send(site.request("/v1/health").GET());
    assertThat(parsed(answer).get("status").stringValue()).isEqualTo("active");
    assertThat(parsed(answer).get("active").stringValue()).isEqualTo(site.api.url());
  }

  @Test
  void aStandbyNamesTheActiveOneAndDoesNothingElse(@TempDir Path other) {
    try (ApiSite standby = ApiSite.in(other)) {
      standby.api.take(new Duty.Standby(Optional.of("https://elsewhere:7625")));
      HttpResponse<String> health = standby.send(standby.request("/v1/health").GET());
      assertThat(parsed(health).get("status").stringValue()).isEqualTo("standby");
      assertThat(parsed(health).get("active").stringValue()).isEqualTo("https://elsewhere:7625");
      for (String path : List.of("/v1/jobs", "/v1/data/run/inputs/0", "/v1/nothing")) {
        HttpResponse<String> answer = standby.send(standby.user(path).GET());
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(error(answer)).contains("https://elsewhere:7625");
      }
      standby.queue.expectNoMessage(Duration.ZERO);
    }
  }

  @Test
  void aQueueThatDoesNotAnswerIsUnavailable(@TempDir Path other) {
    try (ApiSite slow = ApiSite.in(other, "stockpot.coordinator.http.answer-timeout = 100ms")) {
      HttpResponse<String> answer = slow.send(slow.user("/v1/jobs/a").GET());
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(error(answer)).contains("ask again");
    }
  }

  @Test
  void aServerThatClosesAnswersWhatIsUnderWay(@TempDir Path other) {
    try (ApiSite closing = ApiSite.in(other)) {
      CompletableFuture<HttpResponse<String>> sent =
          closing.sending(closing.user("/v1/jobs/a").GET());
      JobRequest.GetJob asked = closing.asked(JobRequest.GetJob.class);
      CompletableFuture<?> closed = closing.api.close(Duration.ofSeconds(20)).toCompletableFuture();
      asked.replyTo().tell(new Answer.Ok<>(Jobs.job("a", JobStatus.DONE)));
      assertThat(sent.join().statusCode()).isEqualTo(200);
      closed.join();
    }
  }

  @Test
  void aServerDoesNotWaitForeverForARequestUnderWay(@TempDir Path other) {
    try (ApiSite closing = ApiSite.in(other)) {
      CompletableFuture<HttpResponse<String>> sent =
          closing.sending(closing.user("/v1/jobs/a").GET());
      closing.asked(JobRequest.GetJob.class);
      closing.api.close(Duration.ofMillis(50)).toCompletableFuture().join();
      assertThat(sent).failsWithin(Duration.ofSeconds(20));
    }
  }

  @Test
  void anAddressThatOthersReachNeedsTls(@TempDir Path other) {
    assertThatThrownBy(() -> ApiSite.in(other, "stockpot.coordinator.http.host = 0.0.0.0"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("stockpot.tls")
        .hasMessageContaining("0.0.0.0");
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    HttpSettings taken =
        HttpSettings.from(
            ConfigFactory.parseString("stockpot.coordinator.http.port = " + site.port())
                .withFallback(ConfigFactory.load("application-test")));
    assertThatThrownBy(() ->
            HttpApi.start(site.kit.system(), taken, Tokens.readOrMake(directory.resolve("token")))
                .toCompletableFuture()
                .join())
        .hasCauseInstanceOf(MergeException.class)
        .hasMessageContaining("127.0.0.1:" + site.port())
        .hasMessageContaining("stockpot.coordinator.http.port");
  }
}
