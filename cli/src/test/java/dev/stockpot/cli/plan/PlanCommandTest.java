package dev.stockpot.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.CommandRun;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PlanCommandTest {
  private static final String SOUP =
      """
      version: 1
      method: linear
      models:
        - {model: %s, weight: 0.5}
        - {model: %s, weight: 0.5}
      output: {path: %s}
      """;

  @TempDir Path root;

  @BeforeEach
  void writeCheckpoints() {
    SafetensorsFixture.checkpoint()
        .f32("w", 1, 2)
        .f32("v", 3)
        .sidecar("config.json", "{}")
        .writeTo(root.resolve("a"));
    SafetensorsFixture.checkpoint().f32("w", 3, 4).f32("v", 5).writeTo(root.resolve("b"));
  }

  private Path plan(String name, String text) throws IOException {
    return Files.writeString(root.resolve(name), text);
  }

  private static CommandRun validate(Object first, Object... more) {
    Object[] arguments = new Object[more.length + 3];
    arguments[0] = "plan";
    arguments[1] = "validate";
    arguments[2] = first;
    System.arraycopy(more, 0, arguments, 3, more.length);
    return CommandRun.of(arguments);
  }

  @Test
  void aValidPlanIsOneLine() throws IOException {
    Path plan = plan("soup.yaml", SOUP.formatted("a", "b", "out"));
    assertThat(validate(plan))
        .isEqualTo(new CommandRun(0, plan + ": valid: 2 models, 2 tensors, 12 B, 1 shard\n", ""));
  }

  @Test
  void everyMistakeOfEveryFileIsReported() throws IOException {
    Path wrong =
        plan(
            "wrong.yaml",
            """
            version: 1
            method: linear
            models:
              - {model: a, wieght: 0.5}
            output: {path: out}
            dtype: float12
            """);
    Path right = plan("right.yaml", SOUP.formatted("a", "b", "out"));
    CommandRun run = validate(wrong, right, root.resolve("none.yaml"));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEqualTo(right + ": valid: 2 models, 2 tensors, 12 B, 1 shard\n");
    assertThat(run.err())
        .contains(wrong + ":4:16: unknown key 'wieght'; did you mean 'weight'?")
        .contains(wrong + ":6:8: ")
        .contains(root.resolve("none.yaml") + ": no such file\n")
        .contains(root.resolve("none.yaml") + ": not valid: 1 problem\n");
  }

  @Test
  void everyMisfitOfTheCheckpointsIsReported() throws IOException {
    SafetensorsFixture.checkpoint().f32("w", 1).f32("v", 1, 2).writeTo(root.resolve("c"));
    Path plan = plan("soup.yaml", SOUP.formatted("a", "c", "out"));
    CommandRun run = validate(plan);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("c: tensor 'w': has shape [1], and [2] in a")
        .contains("c: tensor 'v': has shape [2], and [1] in a")
        .endsWith(plan + ": not valid: 2 problems\n");
  }

  @Test
  void whatIsWrongWithManyTensorsIsOneLineForPeopleAndEachForPrograms() throws IOException {
    SafetensorsFixture one = SafetensorsFixture.checkpoint();
    SafetensorsFixture other = SafetensorsFixture.checkpoint();
    for (int layer = 0; layer < 40; layer++) {
      one.f32("layers." + layer + ".w", 1);
      other.f32("layers." + layer + ".w", 1, 2);
    }
    one.writeTo(root.resolve("c"));
    other.writeTo(root.resolve("d"));
    Path plan = plan("soup.yaml", SOUP.formatted("c", "d", "out"));
    assertThat(validate(plan).err())
        .contains("d: 40 tensors: has shape [2], and [1] in c: 'layers.*.w' (40)\n")
        .contains("'stockpot plan validate --json' names all 41\n")
        .endsWith(plan + ": not valid: 41 problems\n");
    assertThat(CommandRun.of("plan", "validate", "--json", plan.toString()).out())
        .contains("\"d: tensor 'layers.39.w': has shape [2], and [1] in c\"");
  }

  @Test
  void warningsDoNotMakeAPlanInvalid() throws IOException {
    Files.writeString(root.resolve("a/config.json"), "{\"model_type\": \"llama\"}");
    Files.writeString(root.resolve("b/config.json"), "{\"model_type\": \"qwen2\"}");
    Path plan = plan("soup.yaml", SOUP.formatted("a", "b", "out"));
    CommandRun run = validate(plan);
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).startsWith(plan + ": warning: model_type differs (config.json): ");
    assertThat(run.out()).contains(": valid: ");
  }

  @Test
  void aPlanThatReadsAnEarlierOutputIsCheckedAsFarAsCanBe() throws IOException {
    Path plan =
        plan(
            "soups.yaml",
            SOUP.formatted("a", "b", "first") + "---\n" + SOUP.formatted("first", "b", "second"));
    assertThat(validate(plan))
        .isEqualTo(
            new CommandRun(
                0,
                """
                %1$s, plan 1: valid: 2 models, 2 tensors, 12 B, 1 shard
                %1$s, plan 2: valid as far as can be told: it reads %2$s, which an earlier plan writes
                """
                    .formatted(plan, root.resolve("first")),
                ""));
  }

  @Test
  void aDashReadsStandardInput() {
    InputStream before = System.in;
    String text =
        SOUP.formatted(root.resolve("a"), root.resolve("b"), root.resolve("out").toString());
    System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(validate("-"))
          .isEqualTo(new CommandRun(0, "-: valid: 2 models, 2 tensors, 12 B, 1 shard\n", ""));
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void jsonHoldsEveryVerdict() throws IOException {
    Path right = plan("right.yaml", SOUP.formatted("a", "b", "out"));
    Path wrong = plan("wrong.yaml", "models: []\n");
    CommandRun run = validate(right, wrong, "--json");
    JsonNode json = JsonMapper.shared().readTree(run.out());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).isEmpty();
    assertThat(json.at("/valid").asBoolean()).isFalse();
    assertThat(json.at("/plans/0/verdict").asString()).isEqualTo("valid");
    assertThat(json.at("/plans/0/tensors").asInt()).isEqualTo(2);
    assertThat(json.at("/plans/0/outputBytes").asLong()).isEqualTo(12);
    assertThat(json.at("/plans/1/verdict").asString()).isEqualTo("invalid");
    assertThat(json.at("/plans/1/problems")).isNotEmpty();
  }

  @Test
  void theSchemaIsTheOneOfTheExamples() throws IOException {
    assertThat(CommandRun.of("plan", "schema"))
        .isEqualTo(new CommandRun(0, Files.readString(Path.of("../config/plan.schema.json")), ""));
  }

  @Test
  void planAloneAsksForACommand() {
    CommandRun run = CommandRun.of("plan");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("name a command of 'plan'");
  }
}
