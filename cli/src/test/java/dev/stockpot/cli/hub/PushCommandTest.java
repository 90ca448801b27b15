package dev.stockpot.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.CommandRun;
import dev.stockpot.cli.Main;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.fixtures.hub.PushServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code stockpot push}: what is pushed, and what is not. */
final class PushCommandTest {

  @TempDir private Path root;
  private Path output = Path.of("");

  @BeforeEach
  void merge() throws IOException {
    for (String model : List.of("a", "b")) {
      SafetensorsFixture.checkpoint()
          .f32("weight", 1, 2, 3)
          .sidecar("config.json", "{}")
          .writeTo(root.resolve(model));
    }
    Path plan =
        Files.writeString(
            root.resolve("plan.yaml"),
            """
            version: 1
            method: linear
            models:
              - {model: a, weight: 0.3}
              - {model: b, weight: 0.7}
            output: {path: out}
            """);
    output = root.resolve("out");
    assertThat(CommandRun.of("merge", "-q", plan)).isEqualTo(new CommandRun(0, output + "\n", ""));
  }

  private Process start(PushServer server, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Duser.home=" + root,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "push"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.matches("(?i)(HF_|STOCKPOT_).*|.*_proxy"));
    builder.environment().put("HF_ENDPOINT", server.endpoint().toString());
    return builder.start();
  }

  @Test
  void whatTheMergeWroteIsPushedAndItsPageIsTheLastLine() throws Exception {
    Files.writeString(output.resolve("notes.txt"), "of mine");
    Path token = Files.writeString(root.resolve("token"), PushServer.TOKEN + "\n");
    try (PushServer server = new PushServer()) {
      Process push = start(server, output.toString(), "org/soup", "--token-file", token.toString());
      String said = new String(push.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(push.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(said)
          .contains("bit-identical: ", "not pushed, for no merge wrote it: notes.txt")
          .endsWith(server.endpoint() + "/org/soup\n")
          .doesNotContain(PushServer.TOKEN);
      assertThat(server.files("org/soup", "main"))
          .containsOnlyKeys(
              ".gitattributes",
              "README.md",
              "config.json",
              "model.safetensors",
              "stockpot-manifest.json");
      try (Stream<Path> files = Files.list(output)) {
        assertThat(files)
            .allSatisfy(file ->
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .doesNotContain(PushServer.TOKEN));
      }
    }
  }

  @Test
  void whatIsNotVerifiedIsNotPushed() throws IOException {
    Path shard = output.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(shard);
    bytes[bytes.length - 1] ^= 1;
    Files.write(shard, bytes);
    CommandRun run = CommandRun.of("push", output, "org/soup");
    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("the bytes changed after the merge")
        .endsWith("nothing was pushed\n");
  }

  @Test
  void aRepositoryHasAnOwnerAndAName() {
    CommandRun run = CommandRun.of("push", output, "soup");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("organisation/name, found 'soup'");
  }
}
