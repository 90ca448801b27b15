package dev.stockpot.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.http.access.Sessions;
import dev.stockpot.coordinator.http.access.Tokens;
import dev.stockpot.coordinator.http.port.HttpSettings;
import dev.stockpot.coordinator.http.reply.ApiJson;
import dev.stockpot.coordinator.http.reply.Health;
import dev.stockpot.coordinator.http.reply.Readiness;
import dev.stockpot.coordinator.queue.Answer;
import dev.stockpot.coordinator.queue.JobRequest;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.api.ApiError;
import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobSubmission;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import dev.stockpot.protocol.api.WorkerDrain;
import dev.stockpot.protocol.api.WorkerView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The API's document, the routes and the records say the same. */
@SuppressWarnings("NullAway.Init") // set before all
final class OpenApiTest {

  private static final Set<String> METHODS = Set.of("get", "post", "put", "delete");
  private static final String TEXT = text();
  private static final JsonNode DOCUMENT = JsonMapper.shared().readTree(TEXT);
  private static final WorkerView WORKER =
      new WorkerView(
          "node-3/cpu",
          "node-3:40123",
          "draining",
          "cpu",
          "a processor",
          "2 threads",
          2,
          3L << 30,
          40,
          5L << 30,
          1L << 20,
          1,
          0.25,
          List.of(new WorkerView.Storage("night-1", "/models/base", "coordinator")),
          Optional.of("failed three times"),
          Optional.of(
              new DeviceSample(
                  OptionalInt.of(97),
                  OptionalLong.of(1),
                  OptionalLong.empty(),
                  OptionalInt.of(60),
                  OptionalInt.empty())));

  @TempDir private static Path directory;
  private static ApiSite site;

  @BeforeAll
  static void start() {
    site = ApiSite.in(directory);
    site.workers = () -> CompletableFuture.completedStage(List.of(WORKER));
    site.history.accept(new HistoryEvent.JobChanged(1, Jobs.job("a", JobStatus.FAILED)));
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  private static String text() {
    try (InputStream file =
        Objects.requireNonNull(HttpApi.class.getResourceAsStream("openapi.json"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A schema of the document that refers to others in it. */
  private static void assertValid(String pointer, String json) {
    Schema schema =
        SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                registry -> registry.schemas(Map.of("https://stockpot.test/api", TEXT)))
            .getSchema(SchemaLocation.of("https://stockpot.test/api#" + pointer));
    assertThat(schema.validate(json, InputFormat.JSON)).as(json).isEmpty();
  }

  @Test
  void everyRouteIsDocumentedAndNoOtherIs() {
    Set<String> documented = new TreeSet<>();
    DOCUMENT
        .get("paths")
        .properties()
        .forEach(path ->
            path.getValue().propertyNames().stream()
                .filter(METHODS::contains)
                .forEach(method -> documented.add(method + " " + path.getKey())));
    Set<String> routes = new TreeSet<>(Set.of("get /v1/health", "get /v1/ready", "get /metrics"));
    HttpApi.routes(
            site.kit.system(),
            HttpSettings.from(site.kit.system().settings().config()),
            new Sessions(Tokens.readOrMake(directory.resolve("token")), InstantSource.system()),
            Runnable::run)
        .forEach(route ->
            routes.add(route.method().name().toLowerCase(Locale.ROOT) + " " + route.path()));
    assertThat(documented).isEqualTo(routes);
  }

  private static Stream<Arguments> operations() {
    Answer<JobView> job = new Answer.Ok<>(Jobs.job("a", JobStatus.FAILED));
    return Stream.of(
        operation("get /v1/health", "/v1/health", 200, OpenApiTest::nothing),
        operation("get /v1/ready", "/v1/ready", 200, OpenApiTest::nothing),
        operation("get /v1/session", "/v1/session", 200, OpenApiTest::nothing),
        operation("get /v1/openapi.json", "/v1/openapi.json", 200, OpenApiTest::nothing),
        operation("get /v1/workers", "/v1/workers", 200, OpenApiTest::nothing),
        operation(
            "get /v1/jobs",
            "/v1/jobs",
            200,
            asked(
                JobRequest.ListJobs.class,
                list ->
                    list.replyTo()
                        .tell(
                            Arrays.stream(JobStatus.values())
                                .map(status -> Jobs.job("a", status))
                                .toList()))),
        operation("get /v1/jobs", "/v1/jobs?status=x", 400, OpenApiTest::nothing),
        operation(
            "post /v1/jobs",
            "/v1/jobs",
            201,
            asked(
                JobRequest.Submit.class,
                submit ->
                    submit
                        .replyTo()
                        .tell(
                            new Answer.Ok<>(
                                new JobRequest.Submitted(Jobs.job("a", JobStatus.QUEUED), true))))),
        operation(
            "post /v1/jobs",
            "/v1/jobs",
            409,
            asked(
                JobRequest.Submit.class,
                submit ->
                    submit
                        .replyTo()
                        .tell(
                            new Answer.Refused<>(
                                Answer.Reason.CONFLICT, "another plan", List.of())))),
        operation(
            "get /v1/jobs/{id}",
            "/v1/jobs/a",
            200,
            asked(JobRequest.GetJob.class, get -> get.replyTo().tell(job))),
        operation(
            "delete /v1/jobs/{id}",
            "/v1/jobs/a",
            200,
            asked(JobRequest.Delete.class, delete -> delete.replyTo().tell(job))),
        operation(
            "post /v1/jobs/{id}/cancel",
            "/v1/jobs/a/cancel",
            200,
            asked(JobRequest.Cancel.class, cancel -> cancel.replyTo().tell(job))),
        operation(
            "post /v1/jobs/{id}/retry",
            "/v1/jobs/a/retry",
            200,
            asked(JobRequest.Retry.class, retry -> retry.replyTo().tell(job))),
        operation(
            "get /v1/jobs/{id}/logs",
            "/v1/jobs/a/logs",
            200,
            asked(
                JobRequest.GetLog.class,
                log -> log.replyTo().tell(new Answer.Ok<>(List.of(Jobs.line(1)))))),
        operation("get /v1/jobs/{id}/view", "/v1/jobs/a/view", 200, OpenApiTest::nothing),
        operation("get /v1/jobs/{id}/view", "/v1/jobs/b/view", 404, OpenApiTest::unknown),
        operation(
            "get /v1/jobs/{id}/view/events", "/v1/jobs/b/view/events", 404, OpenApiTest::unknown),
        operation("get /v1/views/{view}", "/v1/views/overview", 200, OpenApiTest::nothing),
        operation("get /v1/views/{view}", "/v1/views/workers", 200, OpenApiTest::nothing),
        operation("get /v1/views/{view}", "/v1/views/actors", 200, OpenApiTest::nothing),
        operation("get /v1/views/{view}", "/v1/views/else", 404, OpenApiTest::nothing),
        operation(
            "post /v1/workers/{host}/{device}/drain",
            "/v1/workers/node-3/cpu/drain",
            200,
            asked(
                JobRequest.Drain.class,
                drain ->
                    drain.replyTo().tell(new Answer.Ok<>(new WorkerDrain(drain.worker(), true))))),
        operation(
            "post /v1/workers/{host}/{device}/drain",
            "/v1/workers/node-4/cpu/drain",
            404,
            OpenApiTest::nothing),
        operation(
            "post /v1/workers/{host}/{device}/resume",
            "/v1/workers/node-4/cpu@10.0.0.7:41/resume",
            200,
            asked(
                JobRequest.Resume.class,
                resume ->
                    resume
                        .replyTo()
                        .tell(new Answer.Ok<>(new WorkerDrain(resume.worker(), false))))),
        operation(
            "get /v1/data/{run}/inputs/{input}",
            "/v1/data/run/inputs/0",
            403,
            OpenApiTest::nothing),
        operation(
            "put /v1/data/{run}/tasks/{task}", "/v1/data/run/tasks/0", 403, OpenApiTest::nothing));
  }

  private static Arguments operation(String name, String address, int status, Runnable queue) {
    return Arguments.of(name, address, status, queue);
  }

  /** What the queue does where it is not asked. */
  private static void nothing() {}

  private static void unknown() {
    site.asked(JobRequest.GetJob.class)
        .replyTo()
        .tell(new Answer.Refused<>(Answer.Reason.NOT_FOUND, "no such job", List.of()));
  }

  private static <T extends JobRequest> Runnable asked(Class<T> kind, Consumer<T> answer) {
    return () -> answer.accept(site.asked(kind));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void everyOperationAnswersAsDocumented(
      String operation, String address, int status, Runnable queue) {
    String method = operation.substring(0, operation.indexOf(' '));
    String path = operation.substring(operation.indexOf(' ') + 1);
    HttpRequest.Builder request =
        site.user(address)
            .header("Stockpot-Capability", "none")
            .method(
                method.toUpperCase(Locale.ROOT),
                method.equals("get")
                    ? BodyPublishers.noBody()
                    : ApiSite.json(Map.of("plan", "x", "directory", "/d")));
    CompletableFuture<HttpResponse<String>> sent = site.sending(request);
    queue.run();
    assertThat(sent.join().statusCode()).isEqualTo(status);
    String responses =
        "/paths/%s/%s/responses/%d".formatted(path.replace("/", "~1"), method, status);
    JsonNode response = DOCUMENT.at(responses);
    assertThat(response.isMissingNode()).as(responses).isFalse();
    String at = response.has("$ref") ? response.get("$ref").stringValue().substring(1) : responses;
    assertValid(at + "/content/application~1json/schema", sent.join().body());
  }

  @Test
  void everyFieldOfARecordIsDocumented() {
    Map<String, Class<?>> records =
        Map.ofEntries(
            Map.entry("Health", Health.class),
            Map.entry("Readiness", Readiness.class),
            Map.entry("Session", SessionRoutes.Session.class),
            Map.entry("Error", ApiError.class),
            Map.entry("Submission", JobSubmission.class),
            Map.entry("Job", JobView.class),
            Map.entry("JobFailure", JobView.JobFailure.class),
            Map.entry("JobProgress", JobProgress.class),
            Map.entry("LogLine", LogLine.class),
            Map.entry("Gap", EventBacklog.Gap.class),
            Map.entry("Worker", WorkerView.class),
            Map.entry("WorkerDrain", WorkerDrain.class),
            Map.entry("Storage", WorkerView.Storage.class),
            Map.entry("Sample", DeviceSample.class));
    Set<String> schemas = new TreeSet<>(records.keySet());
    schemas.add("JobStatus");
    schemas.add("View");
    assertThat(new TreeSet<>(DOCUMENT.at("/components/schemas").propertyNames()))
        .isEqualTo(schemas);
    records.forEach((name, type) ->
        assertThat(DOCUMENT.at("/components/schemas/" + name + "/properties").propertyNames())
            .as(name)
            .containsExactlyInAnyOrderElementsOf(
                Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList()));
  }

  @Test
  void theEventsOfAJobAreAsDocumented() {
    assertValid("/components/schemas/Gap", ApiJson.text(new EventBacklog.Gap(4, 2)));
    assertValid("/components/schemas/LogLine", ApiJson.text(Jobs.line(3)));
    for (JobStatus status : JobStatus.values()) {
      assertValid("/components/schemas/Job", ApiJson.text(Jobs.job("a", status)));
    }
  }

  @Test
  void aSubmissionAsDocumentedIsAccepted() {
    String full =
        ApiJson.text(new JobSubmission(Optional.of("a"), "version: 1", "/d", "plan.yaml", 4, true));
    assertValid("/components/schemas/Submission", full);
    assertThat(ApiJson.submission(full.getBytes(StandardCharsets.UTF_8)).priority()).isEqualTo(4);
    String least = "{\"plan\": \"x\", \"directory\": \"/d\"}";
    assertValid("/components/schemas/Submission", least);
    assertThat(ApiJson.submission(least.getBytes(StandardCharsets.UTF_8)).source()).isEqualTo("-");
  }
}
