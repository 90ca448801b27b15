package dev.stockpot.cli.client;

import static dev.stockpot.cli.client.ScriptedCoordinator.error;
import static dev.stockpot.cli.client.ScriptedCoordinator.failedJob;
import static dev.stockpot.cli.client.ScriptedCoordinator.html;
import static dev.stockpot.cli.client.ScriptedCoordinator.job;
import static dev.stockpot.cli.client.ScriptedCoordinator.json;
import static dev.stockpot.cli.client.ScriptedCoordinator.logLine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.CommandRun;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.protocol.api.JobStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that ask one question. */
class AskingTest {

  private static final String WORKERS =
      """
      [{"name":"node1/cpu","address":"pekko://stockpot@node1:7624","status":"working","kind":"cpu",
      "device":"Xeon","detail":"AVX-512","leases":2,"leasedBytes":1500000000,"doneTasks":10,
      "doneBytes":20000000000,"bytesPerSecond":1250000,"restarts":0,"secondsSinceReport":0.4,"aFieldOfTheFuture":1,
      "storage":[{"job":"a","files":"/models/x","way":"direct"},
                 {"job":"a","files":"output","way":"coordinator"}]},
       {"name":"node2/cuda0","address":"pekko://stockpot@node2:4711","status":"silent","kind":"cuda",
      "device":"NVIDIA H100","detail":"","leases":0,"leasedBytes":0,"doneTasks":0,
      "doneBytes":0,"restarts":0,"secondsSinceReport":71.2,"storage":[],
      "outOfService":"failed 3 times","sample":{"gpuPercent":97,"memoryUsedBytes":12000000,
      "memoryBytes":null,"celsius":60,"milliwatts":null}}]
      """;

  @TempDir Path root;

  private final ScriptedCoordinator coordinator = ScriptedCoordinator.start();
  private Path token = Path.of("");

  @BeforeEach
  void writeTheToken() throws IOException {
    token = Files.writeString(root.resolve("token"), ScriptedCoordinator.TOKEN);
  }

  @AfterEach
  void stop() {
    coordinator.close();
  }

  private CommandRun run(Object... arguments) {
    return runAt(coordinator.url(), arguments);
  }

  private CommandRun runAt(String addresses, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--coordinator", addresses, "--token-file", token));
    return CommandRun.of(all.toArray());
  }

  private static String freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }

  private static String jobs() {
    return "[%s,%s]"
        .formatted(job("new", JobStatus.RUNNING, 42), failedJob("old", "BUG", "oh", false));
  }

  @Test
  void jobsAreATable() {
    coordinator.on("GET /v1/jobs", json(200, jobs()));

    CommandRun run = run("list");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines().map(line -> line.replaceAll("\\d+ d ", "AGE ")))
        .map(line -> line.replaceAll(" +", " "))
        .containsExactly(
            "ID STATUS DONE WORKERS AGE OUTPUT",
            "new running 42% 3 AGE /models/new",
            "old failed 40% - AGE /models/old");
  }

  @Test
  void jobsCanBeAskedForByStatusAndByIdAlone() {
    coordinator.on("GET /v1/jobs?status=running,queued", json(200, jobs()));

    CommandRun run = run("list", "-q", "--status", "running,QUEUED");

    assertThat(run).isEqualTo(new CommandRun(0, "new\nold\n", ""));
  }

  @Test
  void statusShowsAllThatIsKnown() {
    coordinator.on(
        "GET /v1/jobs/old", json(200, failedJob("old", "BUG", "first\nsecond\u001b[2J", false)));

    CommandRun run = run("status", "old");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("status     failed\n")
        .contains("output     /models/old\n")
        .contains("took       2 min 4 s\n")
        .contains("progress   4.00 GB of 10.00 GB, 40 of 100 tasks, 7 given back and done again\n")
        .contains("failure    first\n           second\\u001b[2J\n");
  }

  @Test
  void workersAreATable() {
    coordinator.on("GET /v1/workers", json(200, WORKERS));

    CommandRun run = run("workers");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            NAME         STATUS   KIND  DEVICE       LOAD                        LEASED   DONE      RATE       HEARD      FILES
            node1/cpu    working  cpu   Xeon         -                           1.50 GB  20.00 GB  1.25 MB/s  0 s ago    output by coordinator (a)
            node2/cuda0  silent   cuda  NVIDIA H100  97 %, 60 °C, 12.00 MB used  0 B      0 B       -          1 min ago  -
            node2/cuda0 is out of service: failed 3 times
            """);
  }

  @Test
  void programsGetWhatTheCoordinatorSent() {
    coordinator
        .on("GET /v1/workers", json(200, WORKERS))
        .on("GET /v1/jobs", json(200, jobs()))
        .on("GET /v1/jobs/new", json(200, job("new", JobStatus.DONE, 100)))
        .on("GET /v1/jobs/new/logs", json(200, "[%s]".formatted(logLine(1, "INFO", "x"))));

    assertThat(ApiJson.tree(run("workers", "--json").out())).isEqualTo(ApiJson.tree(WORKERS));
    assertThat(ApiJson.tree(run("list", "--json").out())).isEqualTo(ApiJson.tree(jobs()));
    assertThat(ApiJson.tree(run("status", "new", "--json").out()))
        .isEqualTo(ApiJson.tree(job("new", JobStatus.DONE, 100)));
    assertThat(ApiJson.tree(run("logs", "new", "--json").out()))
        .isEqualTo(ApiJson.tree(logLine(1, "INFO", "x")));
  }

  @Test
  void cancelAndRetrySayWhatTheJobIsNow() {
    coordinator
        .on("POST /v1/jobs/new/cancel", json(200, job("new", JobStatus.CANCELLED, 5)))
        .on("POST /v1/jobs/new/retry", json(200, job("new", JobStatus.QUEUED, 5)))
        .on("POST /v1/jobs/old/cancel", error(409, "job old is done; nothing is left to cancel"));

    assertThat(run("cancel", "new").out()).isEqualTo("job new: cancelled\n");
    assertThat(run("retry", "new").out()).isEqualTo("job new: queued\n");
    CommandRun refused = run("cancel", "old");
    assertThat(refused)
        .isEqualTo(new CommandRun(2, "", "stockpot: job old is done; nothing is left to cancel\n"));
  }

  @Test
  void aJobThatEndedIsDeleted() {
    coordinator
        .on("DELETE /v1/jobs/old", json(200, job("old", JobStatus.DONE, 100)))
        .on("DELETE /v1/jobs/new", error(409, "the job 'new' has not ended; cancel it first"));

    assertThat(run("delete", "old").out()).isEqualTo("job old: deleted\n");
    assertThat(run("delete", "new"))
        .isEqualTo(
            new CommandRun(2, "", "stockpot: the job 'new' has not ended; cancel it first\n"));
  }

  @Test
  void aWorkerIsDrainedAndGivenWorkAgain() {
    coordinator
        .on(
            "POST /v1/workers/alpha/cpu/drain",
            json(200, "{\"worker\":\"alpha/cpu\",\"drained\":true}"))
        .on(
            "POST /v1/workers/alpha/cpu/resume",
            json(200, "{\"worker\":\"alpha/cpu\",\"drained\":false}"))
        .on("POST /v1/workers/beta/cpu/drain", error(404, "there is no worker 'beta/cpu'"));

    assertThat(run("drain", "alpha/cpu").out()).isEqualTo("worker alpha/cpu: takes no more work\n");
    assertThat(run("drain", "alpha/cpu", "--undo").out())
        .isEqualTo("worker alpha/cpu: takes work again\n");
    assertThat(run("drain", "beta/cpu"))
        .isEqualTo(new CommandRun(2, "", "stockpot: there is no worker 'beta/cpu'\n"));
    for (String wrong : List.of("alpha", "alpha/../jobs", "a/b/c", "a/b?x")) {
      assertThat(run("drain", wrong).err()).contains("cannot be a worker's name");
    }
    assertThat(coordinator.requests()).hasSize(3);
  }

  @Test
  void cancelWaitsUntilTheJobHasEnded() {
    coordinator
        .on("POST /v1/jobs/new/cancel", json(200, job("new", JobStatus.RUNNING, 5)))
        .on(
            "GET /v1/jobs/new",
            json(200, job("new", JobStatus.RUNNING, 6)),
            json(200, job("new", JobStatus.CANCELLED, 6)))
        .on("POST /v1/jobs/late/cancel", json(200, job("late", JobStatus.COMMITTING, 100)))
        .on("GET /v1/jobs/late", json(200, job("late", JobStatus.DONE, 100)));

    assertThat(run("cancel", "new")).isEqualTo(new CommandRun(0, "job new: cancelled\n", ""));
    assertThat(run("cancel", "late")).isEqualTo(new CommandRun(1, "job late: done\n", ""));
  }

  @Test
  void cancelDoesNotWaitForEverAndNotAtAllWhereItIsNotToWait() {
    coordinator
        .on("POST /v1/jobs/new/cancel", json(200, job("new", JobStatus.RUNNING, 5)))
        .on("GET /v1/jobs/new", json(200, job("new", JobStatus.RUNNING, 6)));

    CommandRun slow = run("cancel", "new", "--timeout", "1");
    assertThat(slow.exitCode()).isEqualTo(1);
    assertThat(slow.out()).isEqualTo("job new: is being cancelled\n");
    assertThat(slow.err()).contains("has not ended within 1 s");
    assertThat(run("cancel", "new", "--no-wait"))
        .isEqualTo(new CommandRun(0, "job new: is being cancelled\n", ""));
  }

  @Test
  void noTextOfOthersMakesALineOfItsOwnInALog() {
    String forged = "w\n2026-03-01 12:00:00 INFO    done\u001b[2J\u202e";
    coordinator.on("GET /v1/jobs/new/logs", json(200, "[" + logLine(1, "ERROR", forged) + "]"));

    assertThat(run("logs", "new").out().lines().toList())
        .satisfiesExactly(
            first -> assertThat(first).endsWith(" ERROR   w"),
            second ->
                assertThat(second)
                    .isEqualTo(
                        " ".repeat(28) + "2026-03-01 12:00:00 INFO    done\\u001b[2J\\u202e"));
    assertThat(ApiJson.tree(run("logs", "new", "--json").out()).get("message").stringValue())
        .isEqualTo(forged);
  }

  @Test
  void logsArePrintedWithTimeAndLevel() {
    coordinator.on(
        "GET /v1/jobs/new/logs",
        json(200, "[%s,%s]".formatted(logLine(1, "INFO", "a"), logLine(2, "WARNING", "b"))));

    assertThat(run("logs", "new").out())
        .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d INFO    a\n.* WARNING b\n");
  }

  @Test
  void anIdThatCannotBeOneIsNotSent() {
    CommandRun run = run("status", "../workers");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("'../workers' cannot be a job's id");
    assertThat(coordinator.requests()).isEmpty();
  }

  @Test
  void aStandbyIsPassedOver() throws IOException {
    coordinator.on("GET /v1/jobs", json(200, "[]"));
    try (ScriptedCoordinator standby = ScriptedCoordinator.start()) {
      standby.on("GET /v1/jobs", error(503, "standby; " + coordinator.url() + " is active"));

      CommandRun run =
          runAt(String.join(",", freeAddress(), standby.url(), coordinator.url()), "list", "-q");

      assertThat(run).isEqualTo(new CommandRun(0, "", ""));
      CommandRun alone = runAt(standby.url() + "," + freeAddress(), "list");
      assertThat(alone.exitCode()).isEqualTo(3);
      assertThat(alone.err())
          .contains("standby; " + coordinator.url() + " is active")
          .contains("connection refused")
          .doesNotContain("Is one running?");
    }
  }

  @Test
  void withoutACoordinatorTheUserIsToldHowToStartOne() throws IOException {
    String address = freeAddress();
    Path plan = Files.writeString(root.resolve("plan.yaml"), "version: 1\n");

    for (CommandRun run : List.of(runAt(address, "list"), runAt(address, "submit", plan))) {
      assertThat(run.exitCode()).isEqualTo(3);
      assertThat(run.err())
          .isEqualTo(
              """
              stockpot: no coordinator can be reached
                %s: connection refused
              Is one running? Start it with 'stockpot coordinator', or name its address with \
              --coordinator or STOCKPOT_COORDINATOR.
              """
                  .formatted(address));
    }
  }

  @Test
  void aTokenThatIsNotAcceptedIsNamedByItsFileAndNotShown() throws IOException {
    coordinator.on("GET /v1/jobs", json(200, "[]"));
    Files.writeString(token, "the-secret-token-of-another-cluster");

    CommandRun wrong = run("list");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err())
        .contains("the token from " + token + " is not accepted")
        .doesNotContain("the-secret-token-of-another-cluster");

    Files.delete(token);
    CommandRun none = run("list");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("no token was sent").contains(token + ", which is not there");

    Files.writeString(token, "two words");
    CommandRun broken = run("list");
    assertThat(broken.exitCode()).isEqualTo(2);
    assertThat(broken.err()).contains(token + ":1: this is no token");
  }

  @Test
  void ofSeveralTokensTheFirstIsSentThatMayChangeSomething() throws IOException {
    coordinator.on("GET /v1/jobs", json(200, "[]"));
    Files.writeString(
        token,
        """
        # who may ask
        monitoring another-token-of-32-characters-or-more read-only
        ci %s
        """
            .formatted(ScriptedCoordinator.TOKEN));

    assertThat(run("list").exitCode()).isZero();

    Files.writeString(token, "monitoring " + ScriptedCoordinator.TOKEN + " read-only\n");
    assertThat(run("list").exitCode()).isZero();
  }

  @Test
  void anotherServerIsNotTakenForACoordinator() {
    coordinator
        .on("GET /v1/jobs", html(200))
        .on("GET /v1/workers", html(404))
        .on("GET /v1/jobs/x/logs", html(502))
        .on("GET /v1/jobs/x/events", html(200))
        .on("GET /v1/jobs/x", json(200, "{\"jobs\":[]}"));

    for (CommandRun run :
        List.of(
            run("list"),
            run("workers"),
            run("logs", "x"),
            run("logs", "-f", "x"),
            run("status", "x"))) {
      assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
      assertThat(run.err()).contains(coordinator.url() + ": ").contains("proxy");
    }
  }

  @Test
  void addressesThatWouldShowTheTokenOrAreNoneAreRefused() {
    assertThat(runAt("http://merges.example:7625", "list").err())
        .contains("off this machine only https:// keeps the token secret");
    assertThat(runAt("http://127.0.0.1.example", "list").exitCode()).isEqualTo(2);
    assertThat(runAt("merges.example:7625", "list").err())
        .contains("an address looks like https://host:7625");
    assertThat(runAt("https://me:secret@merges.example", "list").exitCode()).isEqualTo(2);
    assertThat(runAt(",", "list").err()).contains("names no address");
  }
}
