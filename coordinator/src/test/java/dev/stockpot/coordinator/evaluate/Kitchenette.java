package dev.stockpot.coordinator.evaluate;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A directory in which evaluators are shell scripts, run as {@code script MODEL OUTPUT}. */
record Kitchenette(Path directory) {

  static final List<String> CATEGORIES = List.of("add", "max");

  /** The lines of a script that writes good scores for both categories. */
  static final String SCORES =
      "echo '{\"version\":1,\"scores\":{\"add\":71.25,\"max\":0.5},\"n\":{\"add\":400}}' >\"$2/scores.json\"";

  /** Skips the test where evaluators cannot run. */
  static void assumeEvaluatorsRun() {
    for (String tool : List.of("sh", "setsid", "sleep", "cat", "timeout")) {
      assumeTrue(
          EvaluatorCommand.onPath(tool).isPresent(), "evaluators need " + tool + " on the PATH");
    }
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "processes are looked up in /proc");
  }

  /** An evaluator that is ready to run. */
  EvaluatorCommand command(Duration timeout, String... lines) throws Exception {
    script(lines);
    return EvaluatorCommand.of(List.of("./evaluate", "{model}", "{output}"), directory, timeout);
  }

  Path script(String... lines) throws IOException {
    Path script = directory.resolve("evaluate");
    Files.writeString(script, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
  }

  EvaluationRequest request(String name) {
    return new EvaluationRequest(
        directory.resolve("model-" + name), directory.resolve("out-" + name), name, CATEGORIES);
  }

  Path output(String name, String file) {
    return request(name).output().resolve(file);
  }

  static Evaluators evaluators(EvaluatorCommand command) throws Exception {
    return new Evaluators(command, ScoreFormat.DEFAULT, List.of(EvaluatorSlot.undivided()));
  }

  /** How a script's evaluation ends. */
  Evaluation evaluation(String... lines) throws Exception {
    return await(evaluators(command(Duration.ofMinutes(5), lines)).evaluate(request("a")));
  }

  static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(2, TimeUnit.MINUTES);
  }

  /** The process ids, one a line, that a script wrote into a file. */
  static List<Long> pids(Path file) throws IOException {
    return Files.readAllLines(file).stream().map(line -> Long.valueOf(line.strip())).toList();
  }

  /** Whether a process runs; one that has ended and waits to be asked how does not. */
  static boolean isRunning(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (NoSuchFileException _) {
      return false;
    } catch (IOException e) {
      // The process went away while its file was read.
      return !String.valueOf(e.getMessage()).contains("No such process");
    }
  }
}
