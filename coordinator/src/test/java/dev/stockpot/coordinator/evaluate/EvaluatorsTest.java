package dev.stockpot.coordinator.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.stockpot.coordinator.evaluate.Evaluation.Failed;
import dev.stockpot.coordinator.evaluate.Evaluation.NotEvaluated;
import dev.stockpot.coordinator.evaluate.Evaluation.Scored;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of evaluators that do well, and of those that do not. */
class EvaluatorsTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir private Path directory;
  private Kitchenette kitchen = new Kitchenette(Path.of(""));

  @BeforeEach
  void prepare() {
    Kitchenette.assumeEvaluatorsRun();
    kitchen = new Kitchenette(directory);
  }

  private ObjectAssert<Failed> assertThatFails(String... lines) throws Exception {
    return assertThat(kitchen.evaluation(lines)).asInstanceOf(type(Failed.class));
  }

  @Test
  void scoresAreWhatTheFileSays() throws Exception {
    assertThat(kitchen.evaluation("echo evaluating $1", Kitchenette.SCORES))
        .asInstanceOf(type(Scored.class))
        .satisfies(scored -> {
          assertThat(scored.scores()).isEqualTo(Map.of("add", 71.25, "max", 0.5));
          assertThat(scored.counts()).isEqualTo(Map.of("add", 400L));
          assertThat(scored.took()).isPositive();
        });
    assertThat(kitchen.output("a", "evaluator-1.log"))
        .hasContent("evaluating " + kitchen.request("a").model());
  }

  @Test
  void argumentsReachTheProgramAsTheyAre() throws Exception {
    kitchen.script("shift 2; for a in \"$@\"; do echo \"<$a>\"; done", "pwd");
    List<String> arguments =
        List.of(
            "./evaluate",
            "{model}",
            "{output}",
            "$(touch x) `id`",
            "a  b;*",
            "gpu={gpus},{hash}",
            "");
    EvaluatorCommand command = EvaluatorCommand.of(arguments, directory, LONG);
    Evaluators evaluators =
        new Evaluators(command, ScoreFormat.DEFAULT, List.of(EvaluatorSlot.of(List.of(2, 5))));
    Kitchenette.await(evaluators.evaluate(kitchen.request("a")));
    assertThat(kitchen.output("a", "evaluator-1.log"))
        .hasContent(
            "<$(touch x) `id`>\n<a  b;*>\n<gpu=2,5,a>\n<>\n" + directory.toRealPath() + "\n");
  }

  @Test
  void anEvaluatorThatAsksTwiceToBeTriedAgainIsTriedAgain() throws Exception {
    EvaluatorCommand command =
        kitchen
            .command(
                LONG,
                "echo run >>\"$2/runs\"",
                "[ $(wc -l <\"$2/runs\") -lt 3 ] && echo busy && exit 75",
                Kitchenette.SCORES)
            .withAttempts(3, Duration.ofMillis(20));
    Evaluators evaluators = Kitchenette.evaluators(command);
    assertThat(Kitchenette.await(evaluators.evaluate(kitchen.request("a"))))
        .isInstanceOf(Scored.class);
    assertThat(kitchen.output("a", "runs")).hasContent("run\nrun\nrun\n");
    assertThat(kitchen.output("a", "evaluator-2.log")).hasContent("busy");
  }

  @Test
  void whatAnEvaluatorPrintsIsShownAndNotObeyed() throws Exception {
    EvaluatorCommand command = kitchen.command(LONG, "printf 'a\\033[2J\\342\\200\\256b'; exit 1");
    Evaluation evaluation =
        Kitchenette.await(Kitchenette.evaluators(command).evaluate(kitchen.request("a")));
    assertThat(((Evaluation.Failed) evaluation).reason())
        .endsWith("its log ends: a\\u001b[2J\\u202eb");
  }

  @Test
  void whoAlwaysAsksToBeTriedAgainIsGivenUp() throws Exception {
    EvaluatorCommand command =
        kitchen
            .command(LONG, "echo run >>\"$2/runs\"; echo no memory; exit 75")
            .withAttempts(2, Duration.ofMillis(20));
    Evaluators evaluators = Kitchenette.evaluators(command);
    assertThat(Kitchenette.await(evaluators.evaluate(kitchen.request("a"))))
        .isEqualTo(
            new NotEvaluated(
                "it asked 2 times to be tried again (status 75); its log ends: no memory",
                "no memory"));
    assertThat(kitchen.output("a", "runs")).hasContent("run\nrun\n");
  }

  @Test
  void anOutputThatCannotBeWrittenSaysNothingAboutTheCandidate() throws Exception {
    Files.createFile(kitchen.request("a").output());
    assertThat(kitchen.evaluation(Kitchenette.SCORES))
        .asInstanceOf(type(NotEvaluated.class))
        .extracting(NotEvaluated::reason)
        .asString()
        .startsWith("the evaluator could not be run: ")
        .contains(kitchen.request("a").output().toString());
  }

  @Test
  void anotherStatusIsAFailureWithTheEndOfTheLog() throws Exception {
    assertThatFails("echo loading", "printf '\\033[31mno such tokenizer\\n' >&2", "exit 3")
        .satisfies(failed -> {
          assertThat(failed.reason())
              .isEqualTo("it ended with status 3; its log ends: \\u001b[31mno such tokenizer");
          assertThat(failed.logTail()).isEqualTo("loading\n\\u001b[31mno such tokenizer");
        });
  }

  @Test
  void anEvaluatorThatIsKilledFails() throws Exception {
    assertThatFails("kill -9 $$")
        .extracting(Failed::reason)
        .asString()
        .startsWith("it ended with status 137, as by signal 9; ");
  }

  @Test
  void garbageIsNoScore() throws Exception {
    assertThatFails("echo 'accuracy: 0.7 {' >\"$2/scores.json\"")
        .extracting(Failed::reason)
        .asString()
        .startsWith(kitchen.output("a", "scores.json") + ":1:")
        .contains("this is no JSON: Unrecognized token 'accuracy'");
  }

  @Test
  void aCategoryThatIsLeftOutIsNamed() throws Exception {
    assertThatFails("echo '{\"scores\": {\"add\": 1, \"rev\": 2}}' >\"$2/scores.json\"")
        .extracting(Failed::reason)
        .isEqualTo(
            kitchen.output("a", "scores.json")
                + ": no score for category 'max'; it has 'add, rev'");
  }

  @Test
  void notANumberIsNoScore() throws Exception {
    assertThatFails("echo '{\"scores\": {\"add\": 1, \"max\": NaN}}' >\"$2/scores.json\"")
        .extracting(Failed::reason)
        .isEqualTo(kitchen.output("a", "scores.json") + ": category 'max': NaN is no score");
  }

  @Test
  void scoresThatAnEarlierRunLeftAreNotTakenForThisOne() throws Exception {
    assertThat(kitchen.evaluation(Kitchenette.SCORES, "touch \"$2/partial\""))
        .isInstanceOf(Scored.class);
    assertThatFails("echo done nothing")
        .extracting(Failed::reason)
        .isEqualTo(
            "no scores.json, results_*.json or data_overall.csv in %s, which the command has as {output}"
                .formatted(kitchen.request("a").output()));
    assertThat(kitchen.output("a", "partial")).exists();
  }

  @Test
  void aFloodIsCutOutOfTheLog() throws Exception {
    assertThatFails("yes flood | head -n 3333334", "echo the end", "exit 1")
        .extracting(Failed::reason)
        .isEqualTo("it ended with status 1; its log ends: the end");
    Path log = kitchen.output("a", "evaluator-1.log");
    assertThat(Files.size(log)).isBetween(8_000_000L, 9_000_000L);
    assertThat(log)
        .content()
        .contains("\n[11,545,868 bytes are left out here")
        .endsWith("the end\n");
  }

  @Test
  void asManyRunAtOnceAsThereAreSlotsEachWithItsDevices() throws Exception {
    Path devices = directory.resolve("devices");
    EvaluatorCommand command =
        kitchen.command(
            LONG,
            "mkdir \"%s-$CUDA_VISIBLE_DEVICES\" || exit 9".formatted(devices),
            "sleep 0.2",
            "rmdir \"%s-$CUDA_VISIBLE_DEVICES\"".formatted(devices),
            "echo \"$CUDA_VISIBLE_DEVICES\" >>\"%s\"".formatted(devices),
            Kitchenette.SCORES);
    Evaluators evaluators =
        new Evaluators(
            command,
            ScoreFormat.DEFAULT,
            List.of(EvaluatorSlot.of(List.of(0, 1)), EvaluatorSlot.of(List.of())));
    List<CompletionStage<Evaluation>> all = new ArrayList<>();
    for (String name : List.of("a", "b", "c", "d", "e")) {
      all.add(evaluators.evaluate(kitchen.request(name)));
    }
    all.add(evaluators.evaluate(kitchen.request("e")));
    for (CompletionStage<Evaluation> each : all) {
      assertThat(Kitchenette.await(each)).isInstanceOf(Scored.class);
    }
    assertThat(Files.readAllLines(devices)).hasSize(5).containsOnly("0,1", "");
  }
}
