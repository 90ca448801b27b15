package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands that need no actors start as fast as they can: they load none, in a JVM of their own.
 */
class StartupTest {
  private static final List<String> ACTORS = List.of("org.apache.pekko.", "scala.");
  private static final String VECTORS = "jdk.incubator.vector.";

  @TempDir Path root;

  @BeforeEach
  void writeACheckpoint() {
    SafetensorsFixture.checkpoint().f32("w", 1, 2).writeTo(root.resolve("model"));
  }

  private List<String> classesLoadedBy(String... arguments) throws Exception {
    return classesLoadedBy(List.of(), arguments);
  }

  private List<String> classesLoadedBy(List<String> flags, String... arguments) throws Exception {
    Path log = root.resolve("classes.log");
    Path printed = root.resolve("printed");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xlog:class+load:file=" + log + "::filecount=0"));
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(printed)).isZero();
    List<String> classes = Files.readAllLines(log);
    assertThat(classes).anyMatch(line -> line.contains(Main.class.getName()));
    return classes;
  }

  private static void assertNone(List<String> classes, String prefix) {
    assertThat(classes).noneMatch(line -> line.contains(" " + prefix));
  }

  @Test
  void helpLoadsNeitherActorsNorVectors() throws Exception {
    List<String> classes = classesLoadedBy("--help");
    ACTORS.forEach(prefix -> assertNone(classes, prefix));
    assertNone(classes, VECTORS);
  }

  @Test
  void devicesLoadNothingOfCudaWhereThereIsNoDriver() throws Exception {
    List<String> classes =
        classesLoadedBy(
            List.of("-Dstockpot.nvml.library=/no/driver", "-Dstockpot.cuda.library=/no/driver"),
            "devices");
    assertNone(classes, "jcuda.");
    ACTORS.forEach(prefix -> assertNone(classes, prefix));
  }

  @Test
  void validatingAPlanLoadsNeitherActorsNorVectors() throws Exception {
    List<String> classes = classesLoadedBy("plan", "validate", writePlan().toString());
    ACTORS.forEach(prefix -> assertNone(classes, prefix));
    assertNone(classes, VECTORS);
  }

  @Test
  void inspectingLoadsNeitherActorsNorVectors() throws Exception {
    List<String> classes = classesLoadedBy("inspect", root.resolve("model").toString());
    ACTORS.forEach(prefix -> assertNone(classes, prefix));
    assertNone(classes, VECTORS);
  }

  @Test
  void verifyingLoadsNoActors() throws Exception {
    assertThat(CommandRun.of("merge", "-q", writePlan()).exitCode()).isZero();
    List<String> classes = classesLoadedBy("verify", root.resolve("out").toString());
    ACTORS.forEach(prefix -> assertNone(classes, prefix));
    assertThat(classes).anyMatch(line -> line.contains(" dev.stockpot.merge.execution.ChunkLoop "));
  }

  @Test
  void lookingAtTheMachineLoadsNoActors() throws Exception {
    List<String> classes = classesLoadedBy("doctor", root.toString());
    ACTORS.forEach(prefix -> assertNone(classes, prefix));
  }

  @Test
  void submittingAndWatchingLoadNeitherActorsNorVectors() throws Exception {
    String job =
        """
        {"id":"a","status":"DONE","priority":0,"source":"-","outputs":["/out"],"plan":0,\
        "attempt":1,"submitted":"2026-03-01T12:00:00Z","progress":{}}\
        """;
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/jobs", exchange -> send(exchange, "application/json", job));
    server.createContext(
        "/v1/jobs/a/events",
        exchange -> send(exchange, "text/event-stream", "event: job\ndata: " + job + "\n\n"));
    server.start();
    try {
      List<String> classes =
          classesLoadedBy(
              "submit",
              writePlan().toString(),
              "--id=a",
              "--coordinator=http://127.0.0.1:" + server.getAddress().getPort());
      ACTORS.forEach(prefix -> assertNone(classes, prefix));
      assertNone(classes, VECTORS);
      assertThat(classes).anyMatch(line -> line.contains(" dev.stockpot.protocol.api.JobView "));
    } finally {
      server.stop(0);
    }
  }

  private static void send(HttpExchange exchange, String type, String body) throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Test
  void makingCertificatesLoadsNeitherActorsNorVectors() throws Exception {
    List<String> classes = classesLoadedBy("certs", "ca", root.resolve("ca").toString());
    ACTORS.forEach(prefix -> assertNone(classes, prefix));
    assertNone(classes, VECTORS);
  }

  private Path writePlan() throws IOException {
    return Files.writeString(
        root.resolve("plan.yaml"),
        """
        version: 1
        method: linear
        models:
          - {model: model, weight: 1}
        output: {path: out}
        """);
  }
}
