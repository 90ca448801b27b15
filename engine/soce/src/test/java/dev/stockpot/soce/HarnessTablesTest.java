package dev.stockpot.soce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables from the files that lm-eval and lighteval write, one model each. */
final class HarnessTablesTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path directory;

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String results(String model, String tasks) {
    return """
    {
      "results": {%s},
      "higher_is_better": {"arc_easy": {"acc": true}, "wikitext": {"word_perplexity": false}},
      "configs": {},
      "config": {"model": "hf", "model_args": "pretrained=%s,dtype=bfloat16"},
      "n-shot": {"arc_easy": 0}
    }
    """
        .formatted(tasks, model);
  }

  @Test
  void aDirectoryOfResultsIsATableOfItsModels() throws IOException {
    write(
        "base/results_2026-01-02T03-04-05.678901.json",
        results(
            "org/base",
            """
            "arc_easy": {"alias": "arc_easy", "acc,none": 0.5, "acc_stderr,none": 0.01,
                         "acc_norm,none": 0.4, "acc_norm_stderr,none": 0.01},
            "gsm8k": {"exact_match,strict-match": 0.25, "exact_match,flexible-extract": 0.3},
            "wikitext": {"word_perplexity,none": 11.5}
            """));
    write(
        "add/results_2026-01-02T03-04-06.678901.json",
        results("org/add", "\"arc_easy\": {\"acc,none\": 0.75}, \"bleu\": {\"bleu,none\": 0.5}"));
    write("add/samples_arc_easy.jsonl", "{}");

    ScoreTable table = ScoreTables.read(directory);

    assertThat(table.models()).containsExactly("org/base", "org/add");
    assertThat(table.categories()).containsExactly("arc_easy", "gsm8k", "bleu");
    assertThat(table.score("org/base", "arc_easy")).hasValue(0.5);
    assertThat(table.score("org/base", "gsm8k")).hasValue(0.25);
    assertThat(table.score("org/base", "bleu")).isEmpty();
    assertThat(table.score("org/add", "bleu")).hasValue(0.5);
    assertThat(table.score("org/add", "gsm8k")).isEmpty();
  }

  @Test
  void ofOneModelsFilesTheLastWins() throws IOException {
    write(
        "a/results_2026-01-02.json",
        results("m", "\"x\": {\"acc,none\": 0.2}, \"y\": {\"acc,none\": 0.4}"));
    write("a/results_2026-01-03.json", results("m", "\"x\": {\"acc,none\": 0.3}"));

    assertThat(ScoreTables.read(directory).score("m", "x")).hasValue(0.3);
    assertThat(ScoreTables.read(directory).score("m", "y")).hasValue(0.4);
  }

  @Test
  void theModelIsNamedByTheFileOrElseByItsDirectory() throws IOException {
    write(
        "a/results_1.json",
        "{\"results\": {\"x\": {\"acc,none\": 1}}, \"configs\": {}, \"model_name\": \"named\"}");
    write("b/results_1.json", "{\"results\": {\"x\": {\"acc,none\": 1}}, \"configs\": {}}");
    write(
        "c/results_1.json",
        "{\"results\": {\"x\": {\"acc\": 1}}, \"config_general\": {\"model_name\": \"lighted\"}}");

    assertThat(ScoreTables.read(directory).models()).containsExactly("named", "b", "lighted");
  }

  @Test
  void oneFileIsATableOfOneModel() throws IOException {
    write("results.json", results("m", "\"x\": {\"acc,none\": 0.2}"));

    ScoreTable table = ScoreTables.read(directory.resolve("results.json"));

    assertThat(table.models()).containsExactly("m");
    assertThat(table.categories()).containsExactly("x");
  }

  @Test
  void aScoreThatIsNoNumberIsNamedByItsPlace() throws IOException {
    write("results.json", "{\"configs\": {}, \"results\": {\"x\": {\"acc,none\": \"high\"}}}");
    Path file = directory.resolve("results.json");

    assertThatThrownBy(() -> ScoreTables.read(file, List.of("x")))
        .hasMessage(
            file
                + ":1:47: 'high' in the category 'x' is not a number; write one such as 71.3 or"
                + " 71.3%, or leave it empty");
  }

  @Test
  void aDirectoryWithoutResultsIsNamed() {
    assertThatThrownBy(() -> ScoreTables.read(directory))
        .isInstanceOf(SoceException.class)
        .hasMessage(
            directory
                + ": holds no results_*.json of lm-eval; name a CSV or JSON file, or its output"
                + " directory");
  }
}
