package dev.stockpot.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.IOException;
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
            "-Xlog:class+load:file=" + log + "::filecount=0",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName()));
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
    assertThat(classes).anyMatch(line -> line.contains(" dev.stockpot.worker.ChunkLoop "));
  }

  @Test
  void lookingAtTheMachineLoadsNoActors() throws Exception {
    List<String> classes = classesLoadedBy("doctor", root.toString());
    ACTORS.forEach(prefix -> assertNone(classes, prefix));
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
