package dev.stockpot.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EvaluatorTest {
  private static final Path SELECT = DemoModel.DEMO.resolve("select.jsonl");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"base", "add", "rev", "sort", "max"})
  void aCheckpointHasTheScoresOfTheTable(String model) throws IOException {
    List<String> table = Files.readAllLines(DemoModel.DEMO.resolve("scores.csv"));
    List<String> row = new ArrayList<>(List.of(model));
    Scores scores = Evaluator.evaluate(DemoModel.DEMO.resolve(model), SELECT);
    scores.tallies().values().forEach(tally -> row.add(Double.toString(tally.percent())));
    assertThat("model," + String.join(",", scores.tallies().keySet())).isEqualTo(table.getFirst());
    assertThat(table).contains(String.join(",", row));
  }

  @Test
  void scoresAreWrittenAsSearchesReadThem() throws IOException {
    Path cases =
        Files.writeString(
            directory.resolve("cases.jsonl"),
            """
            {"category": "rev", "prompt": "r:dhhfefa>", "answer": "afefhhd."}
            {"category": "sum", "prompt": "07+14=", "answer": "21."}
            {"category": "rev", "prompt": "r:dhhfefa>", "answer": "dhhfefa."}
            """);
    Path output = directory.resolve("new/output");
    Path file = Evaluator.evaluate(DemoModel.DEMO.resolve("rev"), cases).write(output);
    JsonNode written = JsonMapper.shared().readTree(file);
    assertThat(file).isEqualTo(output.resolve("scores.json"));
    assertThat(written)
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    "{\"version\":1,\"scores\":{\"rev\":50.0,\"sum\":0.0},\"n\":{\"rev\":2,\"sum\":1}}"));
  }

  @Test
  void amongEquallyLikelyTokensTheFirstIsSaid() throws IOException {
    Path model =
        DemoModel.named("base")
            .zero(DemoModel.HEAD, Dtype.BF16, List.of(32L, 128L))
            .writeTo(directory);
    GreedyDecoder decoder =
        new GreedyDecoder(Llama.read(model), CharacterTokenizer.read(model, 32));
    assertThat(decoder.answer(List.of("07+14=", "s:cab>"), 3)).containsExactly("000", "000");
  }

  @Test
  void anAnswerEndsAtItsFirstStop() throws IOException {
    Path model = DemoModel.DEMO.resolve("rev");
    GreedyDecoder decoder =
        new GreedyDecoder(Llama.read(model), CharacterTokenizer.read(model, 32));
    assertThat(decoder.answer(List.of("r:dhhfefa>", "r:bghhgfg>"), 20))
        .containsExactly("afefhhd.", "gfghhgb.");
  }
}
