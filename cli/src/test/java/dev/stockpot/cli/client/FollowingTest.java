package dev.stockpot.cli.client;

import static dev.stockpot.cli.client.ScriptedCoordinator.brokenConnection;
import static dev.stockpot.cli.client.ScriptedCoordinator.cutEvents;
import static dev.stockpot.cli.client.ScriptedCoordinator.error;
import static dev.stockpot.cli.client.ScriptedCoordinator.events;
import static dev.stockpot.cli.client.ScriptedCoordinator.failedJob;
import static dev.stockpot.cli.client.ScriptedCoordinator.job;
import static dev.stockpot.cli.client.ScriptedCoordinator.jobEvent;
import static dev.stockpot.cli.client.ScriptedCoordinator.json;
import static dev.stockpot.cli.client.ScriptedCoordinator.logEvent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.CommandRun;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.protocol.api.JobStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code submit}, {@code watch ID} and {@code logs -f}, which stay with a job. */
class FollowingTest {

  private static final String PLAN = "version: 1\nmethod: linear # größer\n";
  private static final String EVENTS = "GET /v1/jobs/soup/events";

  @TempDir Path root;

  private final ScriptedCoordinator first = ScriptedCoordinator.start();
  private final ScriptedCoordinator second = ScriptedCoordinator.start();
  private Path plan = Path.of("");
  private Path token = Path.of("");

  @BeforeEach
  void writeFiles() throws IOException {
    plan = Files.writeString(root.resolve("Größe 1.yaml"), PLAN);
    token = Files.writeString(root.resolve("token"), ScriptedCoordinator.TOKEN + "\n");
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
  }

  private CommandRun run(String addresses, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--coordinator", addresses, "--token-file", token));
    return CommandRun.of(all.toArray());
  }

  private static String ended(JobStatus status) {
    return jobEvent(9, job("soup", status, 100));
  }

  private static ScriptedCoordinator.Answer accepted() {
    return json(201, job("soup", JobStatus.QUEUED, 0));
  }

  @Test
  void aSubmittedPlanIsFollowedToItsResult() {
    first
        .on("POST /v1/jobs", accepted())
        .on(
            EVENTS,
            events(
                jobEvent(1, job("soup", JobStatus.QUEUED, 0)),
                logEvent(2, 1, "INFO", "planned 100 tasks"),
                jobEvent(3, job("soup", JobStatus.RUNNING, 10)),
                logEvent(4, 2, "WARNING", "two licences"),
                ended(JobStatus.DONE)));

    CommandRun run = run(first.url(), "submit", plan, "--id", "soup", "--priority", 3, "--force");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("/models/soup\n");
    assertThat(run.err().lines())
        .containsExactly(
            "job soup: queued",
            "planned 100 tasks",
            "job soup: running",
            "warning: two licences",
            "job soup: done");
    assertThat(first.lines()).containsExactly("POST /v1/jobs", EVENTS);
    assertThat(ApiJson.tree(first.requests().getFirst().body()))
        .isEqualTo(
            ApiJson.tree(
                """
                {"id":"soup","plan":%s,"directory":%s,"source":%s,"priority":3,"replace":true}
                """
                    .formatted(
                        ApiJson.text(PLAN),
                        ApiJson.text(root.toString()),
                        ApiJson.text(plan.toString()))));
  }

  @Test
  void aJobGetsItsNameFromThePlansFile() {
    first.on("POST /v1/jobs", accepted());

    CommandRun run = run(first.url(), "submit", plan, "--no-wait");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).matches("gr-e-1-[a-z0-9]{6}\n");
    assertThat(first.requests().getFirst().body()).contains('"' + run.out().strip() + '"');
    assertThat(first.lines()).containsExactly("POST /v1/jobs");
  }

  @Test
  void aSubmissionWhoseAnswerIsLostIsRepeatedWithTheSameId() {
    first.on("POST /v1/jobs", brokenConnection(), json(200, job("soup", JobStatus.QUEUED, 0)));

    CommandRun run = run(first.url(), "submit", plan, "--no-wait");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("the connection broke").contains("connected again");
    assertThat(first.lines()).containsExactly("POST /v1/jobs", "POST /v1/jobs");
    assertThat(first.requests().getLast().body()).isEqualTo(first.requests().getFirst().body());
  }

  @Test
  void aCutConnectionIsResumedAfterTheLastEventAndTellsNothingTwice() {
    first.on(
        EVENTS,
        cutEvents(
            jobEvent(1, job("soup", JobStatus.RUNNING, 10)), logEvent(2, 1, "WARNING", "once")),
        events(
            jobEvent(3, job("soup", JobStatus.RUNNING, 50)),
            logEvent(2, 1, "WARNING", "once"),
            logEvent(4, 2, "ERROR", "w: NaN"),
            ended(JobStatus.DONE)));

    CommandRun run = run(first.url(), "watch", "soup");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("/models/soup\n");
    assertThat(run.err().lines())
        .filteredOn(line -> !line.startsWith("no coordinator answers"))
        .containsExactly(
            "job soup: running",
            "warning: once",
            "connected again",
            "error: w: NaN",
            "job soup: done");
    assertThat(run.err()).contains("no coordinator answers").contains("trying for 60 s");
    assertThat(first.requests())
        .extracting(ScriptedCoordinator.Request::lastEventId)
        .containsExactly(Optional.empty(), Optional.of("2"));
  }

  @Test
  void aFailoverIsSurvived() {
    first.on(
        EVENTS, cutEvents(jobEvent(7, job("soup", JobStatus.RUNNING, 10))), error(503, "standby"));
    second.on(EVENTS, error(503, "standby"), events(ended(JobStatus.DONE)));

    CommandRun run = run(first.url() + "," + second.url(), "watch", "soup");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("/models/soup\n");
    assertThat(second.requests().getLast().lastEventId()).contains("7");
  }

  @Test
  void onceTheTimeForRetriesIsOverTheCommandGivesUp() {
    first.on(
        EVENTS, cutEvents(jobEvent(7, job("soup", JobStatus.RUNNING, 10))), error(503, "standby"));

    CommandRun run = run(first.url(), "watch", "soup", "--retry-for", 1);

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).contains("trying for 1 s").contains("no coordinator can be reached");
  }

  @Test
  void theJobsResultIsTheCommands() {
    first
        .on("GET /v1/jobs/cancelled/events", events(jobEvent(1, job("x", JobStatus.CANCELLED, 1))))
        .on(
            "GET /v1/jobs/wrong/events",
            events(jobEvent(1, failedJob("x", "USER_INPUT", "w: shape", false))))
        .on(
            "GET /v1/jobs/full/events",
            events(jobEvent(1, failedJob("x", "OUT_OF_DISK", "/models: full", true))))
        .on(
            "GET /v1/jobs/torn/events",
            events(jobEvent(1, failedJob("x", "ENVIRONMENT", "disk error", true))))
        .on(
            "GET /v1/jobs/odd/events",
            events(jobEvent(1, failedJob("x", "SUNSPOTS", "who knows", false))));

    assertThat(run(first.url(), "watch", "cancelled").exitCode()).isEqualTo(1);
    assertThat(run(first.url(), "watch", "wrong").exitCode()).isEqualTo(2);
    assertThat(run(first.url(), "watch", "full").exitCode()).isEqualTo(5);
    assertThat(run(first.url(), "watch", "odd").exitCode()).isEqualTo(1);
    CommandRun torn = run(first.url(), "watch", "torn");
    assertThat(torn.exitCode()).isEqualTo(1);
    assertThat(torn.out()).isEmpty();
    assertThat(torn.err()).contains("disk error").contains("'stockpot retry torn' goes on");
  }

  @Test
  void aRefusedPlanShowsEveryMistakeAsItCame() {
    first.on(
        "POST /v1/jobs",
        error(
            400,
            "the plan is not valid",
            "p.yaml:3:1: unknown key\n  wieght: 1\n  ^",
            "p.yaml:9:2: no output"));

    CommandRun run = run(first.url(), "submit", plan);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo(
            """
            p.yaml:3:1: unknown key
              wieght: 1
              ^
            p.yaml:9:2: no output
            stockpot: the plan is not valid
            """);
  }

  @Test
  void programsGetOneObjectPerLine() {
    String running = job("soup", JobStatus.RUNNING, 10);
    String done = job("soup", JobStatus.DONE, 100);
    first
        .on("POST /v1/jobs", accepted())
        .on(EVENTS, events(jobEvent(1, running), logEvent(2, 1, "INFO", "hm"), jobEvent(3, done)));

    CommandRun run = run(first.url(), "submit", plan, "--id", "soup", "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines().map(ApiJson::tree))
        .containsExactly(
            ApiJson.tree("{\"job\":" + running + "}"),
            ApiJson.tree("{\"log\":" + ScriptedCoordinator.logLine(1, "INFO", "hm") + "}"),
            ApiJson.tree("{\"job\":" + done + "}"));
  }

  @Test
  void quietMeansThePathAlone() {
    first.on("POST /v1/jobs", accepted()).on(EVENTS, events(ended(JobStatus.DONE)));

    CommandRun run = run(first.url(), "submit", "-q", plan, "--id", "soup");

    assertThat(run).isEqualTo(new CommandRun(0, "/models/soup\n", ""));
  }

  @Test
  void logsAreFollowedToTheEndOfAJobThatHadEnded() {
    first.on(
        EVENTS,
        events(
            ended(JobStatus.DONE),
            logEvent(1, 1, "INFO", "a\u001b[31m"),
            logEvent(2, 2, "ERROR", "b")));

    CommandRun run = run(first.url(), "logs", "-f", "soup");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines().map(line -> line.substring(20)))
        .containsExactly("INFO    a\\u001b[31m", "ERROR   b");
  }

  @Test
  void anEventThatCannotBeReadIsNotTakenForTheEnd() {
    first.on(EVENTS, events("event: job\ndata: {\"id\":\n\n"), events(ended(JobStatus.DONE)));

    CommandRun run = run(first.url(), "watch", "soup");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("an event that cannot be read").contains("job soup: done");
  }
}
