package dev.stockpot.cli.client;

import static dev.stockpot.cli.client.ScriptedCoordinator.job;
import static dev.stockpot.cli.client.ScriptedCoordinator.jobEvent;
import static dev.stockpot.cli.client.ScriptedCoordinator.json;
import static dev.stockpot.cli.client.ScriptedCoordinator.openEvents;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.stockpot.cli.Main;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.fixtures.Interrupts;
import dev.stockpot.protocol.api.JobStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: signals, the environment, standard input, settings. */
class ClientProcessTest {

  @TempDir Path root;

  private final ScriptedCoordinator coordinator = ScriptedCoordinator.start();

  @AfterEach
  void stop() {
    coordinator.close();
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Duser.home=" + root,
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("STOCKPOT_"));
    builder.environment().keySet().removeIf(name -> name.startsWith("XDG_"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String text(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(err).isZero();
    return out;
  }

  @Test
  void anInterruptStopsFollowingAndSaysHowToGoOnOrCancel() throws Exception {
    assumeFalse(Interrupts.ignored(), Interrupts.IGNORED);
    Path plan = Files.writeString(root.resolve("soup.yaml"), "version: 1\n");
    coordinator
        .on("POST /v1/jobs", json(201, job("soup", JobStatus.QUEUED, 0)))
        .on(
            "GET /v1/jobs/soup/events",
            openEvents(jobEvent(1, job("soup", JobStatus.RUNNING, 10))));
    Process process =
        start(
            Map.of("STOCKPOT_TOKEN", ScriptedCoordinator.TOKEN),
            "submit",
            plan.toString(),
            "--id=soup",
            "--coordinator",
            coordinator.url());
    try (BufferedReader err =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      assertThat(err.readLine()).isEqualTo("job soup: running");
      assertThat(
              new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor())
          .isZero();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
      assertThat(err.lines().collect(Collectors.joining("\n")))
          .isEqualTo(
              """

              no longer following; the job goes on
                stockpot watch soup
                stockpot cancel soup\
              """);
    }
    assertThat(coordinator.lines()).containsExactly("POST /v1/jobs", "GET /v1/jobs/soup/events");
  }

  @Test
  void addressesAndTokenComeFromTheUsersOwnFiles() throws Exception {
    coordinator.on("GET /v1/jobs", json(200, "[%s]".formatted(job("a", JobStatus.DONE, 100))));
    Path settings = Files.createDirectories(root.resolve(".config/stockpot"));
    Files.writeString(settings.resolve("token"), ScriptedCoordinator.TOKEN);
    Files.writeString(
        settings.resolve("stockpot.conf"),
        "stockpot.cli.coordinator = [\"%s\", \"http://127.0.0.1:9\"]".formatted(coordinator.url()));

    assertThat(text(start(Map.of(), "list", "-q"))).isEqualTo("a\n");
  }

  @Test
  void xdgDirectoriesAreTheSameForClientsAndCoordinators() throws Exception {
    Map<String, String> xdg =
        Map.of(
            "XDG_CONFIG_HOME", root + "/etc",
            "XDG_STATE_HOME", root + "/var",
            "STOCKPOT_COORDINATOR", coordinator.url());
    Path settings =
        Files.writeString(
            root.resolve("node.conf"),
            "stockpot { cluster.port = 0, coordinator { http.port = 0 } }");
    Process doctor =
        start(
            Map.of("XDG_CONFIG_HOME", root + "/etc", "XDG_STATE_HOME", root + "/var"),
            "doctor",
            "--config",
            settings.toString());
    assertThat(text(doctor))
        .contains("ok    data-dir " + root + "/var/stockpot: will be made")
        .contains("ok    token " + root + "/etc/stockpot/token: will be made");

    coordinator.on("GET /v1/jobs", json(200, "[%s]".formatted(job("a", JobStatus.DONE, 100))));
    Path token = Files.createDirectories(root.resolve("etc/stockpot")).resolve("token");
    Files.writeString(token, ScriptedCoordinator.TOKEN);
    assertThat(text(start(xdg, "list", "-q"))).isEqualTo("a\n");
  }

  @Test
  void aPlanFromStandardInputIsRelativeToTheWorkingDirectory() throws Exception {
    coordinator.on("POST /v1/jobs", json(201, job("a", JobStatus.QUEUED, 0)));
    Process process =
        start(
            Map.of(
                "STOCKPOT_TOKEN",
                ScriptedCoordinator.TOKEN,
                "STOCKPOT_COORDINATOR",
                coordinator.url()),
            "submit",
            "-",
            "--no-wait");
    process.getOutputStream().write("version: 1 # ü\n".getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();

    assertThat(text(process)).matches("plan-[a-z0-9]{6}\n");
    var sent = ApiJson.tree(coordinator.requests().getFirst().body());
    assertThat(sent.get("plan").asString()).isEqualTo("version: 1 # ü\n");
    assertThat(sent.get("source").asString()).isEqualTo("-");
    assertThat(Path.of(sent.get("directory").asString()).toRealPath()).isEqualTo(root.toRealPath());
  }
}
