package dev.stockpot.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.CommandRun;
import dev.stockpot.cli.Main;
import dev.stockpot.cli.console.ExitCode;
import dev.stockpot.fixtures.hub.Fault;
import dev.stockpot.fixtures.hub.HubServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FetchCommandTest {

  private static final String TOKEN = "hf_secret";

  @TempDir private Path directory;

  @Test
  void aModelIsFetchedWithATokenThatIsWrittenNowhere() throws Exception {
    byte[] weights = new byte[200_000];
    try (HubServer server = HubServer.start(directory.resolve("served"))) {
      String commit =
          server.commit(
              "org/name",
              "main",
              Map.of(
                  "config.json",
                  "{}".getBytes(StandardCharsets.UTF_8),
                  "model.safetensors",
                  weights));
      server.token(TOKEN);
      server.makePrivate("org/name");
      server.fault(HubServer.ofStore(), Fault.wrongBytes(), 1);
      Process fetch = start(server, "fetch", "org/name");
      String out = new String(fetch.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String err = Files.readString(directory.resolve("err"));

      assertThat(fetch.waitFor()).as(err).isZero();
      assertThat(out.strip()).endsWith("models--org--name/snapshots/" + commit);
      assertThat(Path.of(out.strip()).resolve("model.safetensors")).hasBinaryContent(weights);
      assertThat(err)
          .contains("org/name@" + commit + ": 2 files, 200.00 kB")
          .contains("org/name: model.safetensors: wrong bytes came");
      assertThat(
              out
                  + err
                  + fetch.info()
                  + server.asked().stream().filter(HubServer.Asked::elsewhere).toList())
          .doesNotContain(TOKEN);
      assertThat(filesWith(directory)).isEmpty();
    }
  }

  @Test
  void whatIsNoModelIsWrongUsage() {
    CommandRun run = CommandRun.of("fetch", "./model");

    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("'./model' is no model on the hub, which is like org/name");
  }

  private Process start(HubServer server, String... arguments) throws IOException {
    ProcessBuilder process =
        new ProcessBuilder(
            Stream.concat(
                    Stream.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Duser.home=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName()),
                    Stream.of(arguments))
                .toList());
    process.redirectError(directory.resolve("err").toFile());
    process.environment().keySet().removeIf(name -> name.startsWith("HF_"));
    process
        .environment()
        .putAll(
            Map.of(
                "HF_ENDPOINT", server.endpoint(),
                "HF_HOME", directory.resolve("home").toString(),
                "HF_TOKEN", TOKEN));
    return process.start();
  }

  /** Files that hold the token. */
  private static Stream<Path> filesWith(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      return all
          .filter(Files::isRegularFile)
          .filter(file -> {
            try {
              return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                  .contains(TOKEN);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          })
          .toList()
          .stream();
    }
  }
}
