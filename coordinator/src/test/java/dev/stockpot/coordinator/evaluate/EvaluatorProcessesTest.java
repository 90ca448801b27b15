package dev.stockpot.coordinator.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.stockpot.coordinator.evaluate.Evaluation.Cancelled;
import dev.stockpot.coordinator.evaluate.Evaluation.Failed;
import dev.stockpot.coordinator.evaluate.Evaluation.Scored;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No process of an evaluator outlives its evaluation, nor the process that began it. */
class EvaluatorProcessesTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  /**
   * A child, a grandchild whose parent has ended, one in a process group of its own, and the script
   * itself; all hold the log open.
   */
  private static final String[] FAMILY = {
    "trap '' HUP",
    "sleep 600 & echo $! >>\"$2/pids\"",
    "(sleep 600 & echo $! >>\"$2/pids\")",
    "timeout 600 sleep 600 & echo $! >>\"$2/pids\"",
    "echo $$ >>\"$2/pids\"",
  };

  @TempDir private Path directory;
  private Kitchenette kitchen = new Kitchenette(Path.of(""));

  @BeforeEach
  void prepare() {
    Kitchenette.assumeEvaluatorsRun();
    kitchen = new Kitchenette(directory);
  }

  private static String[] family(String... end) {
    String[] lines = Arrays.copyOf(FAMILY, FAMILY.length + end.length);
    System.arraycopy(end, 0, lines, FAMILY.length, end.length);
    return lines;
  }

  private void assertThatNobodyIsLeft() throws Exception {
    assertThat(Kitchenette.pids(kitchen.output("a", "pids")))
        .hasSizeGreaterThanOrEqualTo(FAMILY.length - 1)
        .noneMatch(Kitchenette::isRunning);
  }

  @Test
  void childrenThatOutliveTheirEvaluatorAreEnded() throws Exception {
    assertThat(kitchen.evaluation(family(Kitchenette.SCORES))).isInstanceOf(Scored.class);
    assertThatNobodyIsLeft();
  }

  @Test
  void anEvaluatorThatHangsIsEndedWithItsChildrenAtItsTimeout() throws Exception {
    EvaluatorCommand command = kitchen.command(Duration.ofSeconds(1), family("exec sleep 600"));
    assertThat(Kitchenette.await(Kitchenette.evaluators(command).evaluate(kitchen.request("a"))))
        .isEqualTo(new Failed("it took longer than its timeout of 1s", ""));
    assertThatNobodyIsLeft();
  }

  @Test
  void whoDoesNotHearThatItShouldEndIsKilled() throws Exception {
    EvaluatorCommand command =
        kitchen.command(
            Duration.ofSeconds(1),
            family(
                "trap '' TERM",
                "sh -c 'trap \"\" TERM; sleep 600' &",
                "echo $! >>\"$2/pids\"",
                "while :; do sleep 1; done"));
    assertThat(Kitchenette.await(Kitchenette.evaluators(command).evaluate(kitchen.request("a"))))
        .isInstanceOf(Failed.class);
    assertThatNobodyIsLeft();
  }

  @Test
  void anEvaluatorCanTidyUpWhenItIsEnded() throws Exception {
    EvaluatorCommand command =
        kitchen.command(
            Duration.ofSeconds(1), "trap 'echo tidied; exit 1' TERM", "sleep 600 & wait");
    assertThat(Kitchenette.await(Kitchenette.evaluators(command).evaluate(kitchen.request("a"))))
        .asInstanceOf(type(Failed.class))
        .extracting(Failed::logTail)
        .isEqualTo("tidied");
  }

  @Test
  void aCancelledEvaluationEndsItsProcesses() throws Exception {
    Path pipe = pipe();
    Evaluators evaluators =
        Kitchenette.evaluators(kitchen.command(LONG, family("echo up >" + pipe, "sleep 600")));
    CompletionStage<Evaluation> running = evaluators.evaluate(kitchen.request("a"));
    assertThat(Files.readString(pipe)).isEqualTo("up\n");
    CompletionStage<Evaluation> waiting = evaluators.evaluate(kitchen.request("b"));
    evaluators.cancel(kitchen.request("b"));
    assertThat(Kitchenette.await(waiting)).isEqualTo(new Cancelled());
    assertThat(running.toCompletableFuture()).isNotDone();
    evaluators.cancel(kitchen.request("a"));
    assertThat(Kitchenette.await(running)).isEqualTo(new Cancelled());
    assertThatNobodyIsLeft();
    assertThat(kitchen.request("b").output()).doesNotExist();
  }

  @Test
  void anEvaluatorThatIsCancelledWhileItStartsEndsToo() throws Exception {
    Evaluators evaluators = Kitchenette.evaluators(kitchen.command(LONG, family("exec sleep 600")));
    Files.createDirectories(kitchen.request("a").output());
    Files.createFile(kitchen.output("a", "pids"));
    for (int i = 0; i < 20; i++) {
      CompletionStage<Evaluation> evaluation = evaluators.evaluate(kitchen.request("a"));
      evaluators.cancel(kitchen.request("a"));
      assertThat(Kitchenette.await(evaluation)).isEqualTo(new Cancelled());
    }
    assertThat(Kitchenette.pids(kitchen.output("a", "pids"))).noneMatch(Kitchenette::isRunning);
  }

  @Test
  void afterAStopNothingRunsAndNothingBegins() throws Exception {
    Path pipe = pipe();
    Evaluators evaluators =
        Kitchenette.evaluators(kitchen.command(LONG, family("echo up >" + pipe, "sleep 600")));
    CompletionStage<Evaluation> running = evaluators.evaluate(kitchen.request("a"));
    assertThat(Files.readString(pipe)).isEqualTo("up\n");
    Kitchenette.await(evaluators.stop());
    assertThatNobodyIsLeft();
    assertThat(Kitchenette.await(running)).isEqualTo(new Cancelled());
    assertThat(Kitchenette.await(evaluators.evaluate(kitchen.request("b"))))
        .isEqualTo(new Cancelled());
  }

  /** Whoever reads it waits for who writes it. */
  private Path pipe() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  @ParameterizedTest
  @ValueSource(strings = {"-TERM", "-KILL"})
  void anEvaluatorEndsWithTheProcessThatBeganIt(String signal) throws Exception {
    kitchen.script(
        family("echo \"<$STOCKPOT_TOKEN>\" >\"$2/token\"", "touch \"$2/up\"", "exec sleep 600"));
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-XX:TieredStopAtLevel=1",
                EvaluatorHolder.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("STOCKPOT_TOKEN", "secret");
    Process holder = builder.start();
    try (BufferedReader said = holder.inputReader()) {
      assertThat(said.readLine()).isEqualTo("up");
      List<Long> pids = Kitchenette.pids(kitchen.output("a", "pids"));
      assertThat(pids).hasSize(4).allMatch(Kitchenette::isRunning);
      assertThat(kitchen.output("a", "token")).hasContent("<>");
      assertThat(new ProcessBuilder("kill", signal, String.valueOf(holder.pid())).start().waitFor())
          .isZero();
      assertThat(holder.waitFor(20, TimeUnit.SECONDS)).isTrue();
      for (long pid : pids) {
        awaitEnd(pid);
      }
    } finally {
      holder.destroyForcibly();
    }
  }

  private static void awaitEnd(long pid) throws Exception {
    ProcessHandle process = ProcessHandle.of(pid).orElse(null);
    if (process != null && Kitchenette.isRunning(pid)) {
      process.onExit().get(60, TimeUnit.SECONDS);
    }
  }
}
