package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;

/**
 * Every command of the README runs as printed, in order, for an ordinary user who has no settings
 * and may not write where Stockpot is.
 */
final class ReadmeTest {

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int POLL_MILLIS = 50;

  /** Those that do not run here, and why. */
  private static final Map<String, String> NOT_RUN =
      Map.of("./mvnw verify", "it runs this very test");

  /** What a command that does not end says when it has started. */
  private static final Map<String, String> NODES =
      Map.of(
          "./stockpot coordinator", "Coordinating", "./stockpot worker", "A coordinator is there");

  @TempDir private Path directory;

  @Test
  void everyCommandRunsAsPrinted() throws Exception {
    Readme readme = Readme.read();
    assertThat(readme.commands()).containsAll(NOT_RUN.keySet());
    everybodyMayLookInto(directory);
    Installation installation = Installation.in(directory.resolve("stockpot"));
    String before = installation.listing();
    Map<String, Process> nodes = new LinkedHashMap<>();
    try (OrdinaryUser user = OrdinaryUser.at(directory.resolve("home"))) {
      try {
        provide(readme, installation, user);
        for (String line : readme.commands()) {
          String command = line.replaceFirst(" +#.*", "");
          if (NOT_RUN.containsKey(command)) {
            continue;
          }
          if (NODES.containsKey(command)) {
            nodes.put(command, startNode(user, command, line));
            continue;
          }
          if (command.equals("./stockpot submit soup.yaml")) {
            // Else the cluster would find that all is done.
            run(user, "rm -r out/soup-8b");
          }
          String said = run(user, line);
          if (command.startsWith("./stockpot soce analyze")) {
            writeSearch(readme, user, command);
          }
          if (command.equals("./stockpot submit soup.yaml")) {
            assertThat(said).endsWith(user.home().resolve("out/soup-8b") + "\n");
          }
        }
      } finally {
        for (Process node : nodes.values()) {
          OrdinaryUser.end(node);
        }
      }
      assertThat(nodes.keySet()).isEqualTo(NODES.keySet());
      assertThat(user.home().resolve(".local/state/stockpot/queue")).isDirectory();
      assertThat(user.home().resolve(".config/stockpot/token")).isRegularFile();
      assertThat(user.home().resolve("out/best/stockpot-manifest.json")).exists();
    }
    assertThat(installation.listing()).isEqualTo(before);
  }

  private static void everybodyMayLookInto(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** What the README takes for granted: the command, checkpoints, scores, an evaluator. */
  private static void provide(Readme readme, Installation installation, OrdinaryUser user)
      throws IOException {
    Path home = user.home();
    Files.createSymbolicLink(home.resolve("stockpot"), installation.home().resolve("stockpot"));
    String plan = readme.yaml("# soup.yaml\n");
    Files.writeString(home.resolve("soup.yaml"), plan);
    List<String> models = new ArrayList<>(List.of("base", "add", "rev", "sort", "max"));
    for (String model : models) {
      Installation.copy(
          installation.home().resolve("demo").resolve(model),
          home.resolve("checkpoints").resolve(model));
    }
    List<String> named =
        plan.lines()
            .filter(line -> line.contains("- model: "))
            .map(line -> line.substring(line.indexOf("model: ") + 7))
            .toList();
    assertThat(named).hasSize(3);
    for (String model : named) {
      Installation.copy(
          installation.home().resolve("demo").resolve(models.get(1 + named.indexOf(model))),
          home.resolve(model));
    }
    Installation.copy(installation.home().resolve("demo/scores.csv"), home.resolve("scores.csv"));
    Files.writeString(home.resolve("report.jsonl"), "{}\n");
    Path evaluator =
        Files.writeString(
            home.resolve("evaluate.py"),
            """
            #!/bin/sh
            sum=$(cksum < "$1/model.safetensors" | cut -d' ' -f1)
            echo '{"scores": {"add": '$((sum % 97))', "rev": 1, "sort": 2, "max": 3}}' > "$2/scores.json"
            """);
    Files.setPosixFilePermissions(evaluator, PosixFilePermissions.fromString("rwxr-xr-x"));
    user.own(home);
  }

  /** The plan of the search, written and completed as the README says. */
  private void writeSearch(Readme readme, OrdinaryUser user, String analyze) throws Exception {
    run(user, analyze + " " + readme.says("`(--threshold [^`]* --write-plan search.yaml)`"));
    Path plan = user.home().resolve("search.yaml");
    String written = Files.readString(plan);
    String completed =
        written.replaceFirst("(?s)evaluate:\n.*?(?=\\S+: *\\{path)", readme.yaml("evaluate:"));
    assertThat(completed).isNotEqualTo(written);
    Files.writeString(plan, completed);
  }

  private String run(OrdinaryUser user, String line) throws Exception {
    Path said = Files.createTempFile(directory, "command", "");
    Process process = user.start(line, said);
    if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      OrdinaryUser.end(process);
      throw new AssertionFailedError(line + "\nstill runs:\n" + Files.readString(said));
    }
    assertThat(process.exitValue()).as("%s\n%s", line, Files.readString(said)).isZero();
    return Files.readString(said);
  }

  /** Starts it, and waits until it says that it has. */
  private Process startNode(OrdinaryUser user, String command, String line) throws Exception {
    Path said = Files.createTempFile(directory, "node", "");
    Process process = user.start(line, said);
    String started = String.valueOf(NODES.get(command));
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!Files.readString(said).contains(started)) {
      if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
        OrdinaryUser.end(process);
        throw new AssertionFailedError(line + "\ndid not start:\n" + Files.readString(said));
      }
    }
    return process;
  }
}
