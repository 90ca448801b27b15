package dev.stockpot.coordinator.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.coordinator.evaluate.Scores.ScoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files of evaluators, ours and others', good and bad. */
class ScoreFilesTest {

  /**
   * Written by lm-eval 0.4.13 for its dummy model and three small tasks; what it says of the
   * machine and the tokenizer is taken out.
   */
  private static final String LM_EVAL = "results_2026-11-22T22-22-14.116205.json";

  private static final String LIGHTEVAL =
      """
      {"config_general": {"lighteval_sha": "?", "max_samples": null, "model_name": "m"},
       "results": {
         "lighteval|gpqa:main|0": {"extractive_match": 0.265625, "extractive_match_stderr": 0.02},
         "extended|mt_bench|0": {"single_turn": 7.5, "single_turn_stderr": 0.2, "multi_turn": 7.25},
         "leaderboard|gsm8k|5": {"qem": 0.5}, "leaderboard|gsm8k|0": {"qem": 0.25},
         "all": {"extractive_match": 0.265625}},
       "versions": {"lighteval|gpqa:main|0": 0}}
      """;

  private static final String BFCL_HEADER =
      "Rank,Overall Acc,Model,Total Cost ($),Non-Live AST Acc,Non-Live Simple AST,Live Acc,Live Simple AST,Live Parallel AST,Multi Turn Acc,Multi Turn Base,Relevance Detection,Format Sensitivity Max Delta,License\n";
  private static final String BFCL_WHOLE =
      "1,78.45%,xLAM-2-70b-fc-r (FC),N/A,88.44%,78.25%,72.95%,77.13%,68.75%,0.00%,77.50%,100.00%,N/A,cc";
  private static final String BFCL_PART =
      "1,33.06%,gpt-oss-20b (FC),2.07,37.56%,64.25%,73.72%,80.23%,N/A,45.00%,50.00%,75.00%,N/A,apache-2.0";

  @TempDir private Path directory;

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.resolveSibling("."));
    Files.writeString(file, text);
  }

  private Map<String, Double> read(String... categories) throws ScoreException {
    return ScoreFiles.read(directory, List.of(categories), ScoreFormat.DEFAULT).values();
  }

  private ThrowableAssertAlternative<ScoreException> assertThatRefuses(
      ScoreFormat format, String... categories) {
    return assertThatExceptionOfType(ScoreException.class)
        .isThrownBy(() -> ScoreFiles.read(directory, List.of(categories), format));
  }

  private ThrowableAssertAlternative<ScoreException> assertThatRefuses(String... categories) {
    return assertThatRefuses(ScoreFormat.DEFAULT, categories);
  }

  /** As lm-eval does, in a directory named after the model. */
  private void lmEvalWrites() throws IOException {
    try (InputStream recorded = Objects.requireNonNull(getClass().getResourceAsStream(LM_EVAL))) {
      write("model/" + LM_EVAL, new String(recorded.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void lmEvalsRecordedResultsAreRead() throws Exception {
    lmEvalWrites();
    Scores scores =
        ScoreFiles.read(
            directory, List.of("gsm8k", "arithmetic_add", "arithmetic_max"), ScoreFormat.DEFAULT);
    assertThat(scores.values())
        .isEqualTo(Map.of("arithmetic_add", 0.5, "arithmetic_max", 0.48, "gsm8k", 0.6));
    assertThat(scores.values().keySet())
        .containsExactly("gsm8k", "arithmetic_add", "arithmetic_max");
    assertThat(scores.counts())
        .isEqualTo(Map.of("arithmetic_add", 40L, "arithmetic_max", 25L, "gsm8k", 10L));
  }

  @Test
  void thePlanCanNameAnotherMetricOfACategory() throws Exception {
    lmEvalWrites();
    ScoreFormat format =
        new ScoreFormat(OptionalInt.of(1), Map.of("arithmetic_add", "acc_norm,none"));
    assertThat(
            ScoreFiles.read(directory, List.of("arithmetic_add", "arithmetic_max"), format)
                .values())
        .isEqualTo(Map.of("arithmetic_add", 0.275, "arithmetic_max", 0.48));
    assertThatRefuses(
            new ScoreFormat(OptionalInt.empty(), Map.of("gsm8k", "exact_match,none")), "gsm8k")
        .withMessageEndingWith(
            "category 'gsm8k' has no metric 'exact_match,none'; it has exact_match,strict-match exact_match,flexible-extract");
  }

  @Test
  void aTaskThatIsNotThereIsMissing() throws Exception {
    lmEvalWrites();
    assertThatRefuses("arithmetic_add", "mmlu")
        .withMessage(
            "%s: no score for category 'mmlu'; it has 'arithmetic_add, arithmetic_max, gsm8k'",
            directory.resolve("model/" + LM_EVAL));
  }

  @Test
  void aMetricThatIsNotUsualMustBeNamedUnlessItIsTheOnlyOne() throws Exception {
    write(
        "results_1.json",
        """
        {"results": {
           "ifeval": {"alias": "ifeval", "prompt_level_strict_acc,none": 0.5,
                      "inst_level_strict_acc,none": 0.6, "inst_level_strict_acc_stderr,none": "N/A"},
           "humaneval": {"alias": "humaneval", "pass@1,create_test": 0.25}},
         "groups": {"mmlu": {"acc,none": 0.75, "acc_stderr,none": 0.01}}}
        """);
    assertThat(read("humaneval", "mmlu")).isEqualTo(Map.of("humaneval", 0.25, "mmlu", 0.75));
    assertThatRefuses("ifeval")
        .withMessageEndingWith(
            "category 'ifeval' has 2 metrics: prompt_level_strict_acc,none inst_level_strict_acc,none; say in the plan's evaluate section which is its score, as in metrics: {\"ifeval\": \"prompt_level_strict_acc,none\"}");
  }

  @Test
  void aMetricOfWhichLessIsBetterIsNoScore() throws Exception {
    write(
        "results.json",
        """
        {"results": {"wikitext": {"word_perplexity,none": 12.5}},
         "higher_is_better": {"wikitext": {"word_perplexity": false}}}
        """);
    assertThatRefuses("wikitext")
        .withMessageContaining("of 'word_perplexity,none' less is better, so it cannot be a score");
  }

  @Test
  void lightevalsTasksAreNamedInFullOrInShort() throws Exception {
    write("results/org/model/results_2025-02-05T10-01-31.876443.json", LIGHTEVAL);
    assertThat(read("gpqa:main")).isEqualTo(Map.of("gpqa:main", 0.265625));
    assertThat(read("lighteval|gpqa:main|0", "lighteval|gpqa:main"))
        .containsValue(0.265625)
        .hasSize(2);
    assertThat(read("leaderboard|gsm8k|5")).containsValue(0.5);
    assertThatRefuses("gsm8k")
        .withMessageEndingWith(
            "category 'gsm8k' is one of leaderboard|gsm8k|5, leaderboard|gsm8k|0; name the whole task");
    assertThatRefuses("mt_bench").withMessageContaining("2 metrics: single_turn multi_turn");
    ScoreFormat format = new ScoreFormat(OptionalInt.empty(), Map.of("mt_bench", "multi_turn"));
    assertThat(ScoreFiles.read(directory, List.of("mt_bench"), format).values())
        .containsValue(7.25);
  }

  @Test
  void bfclsColumnsAreCategories() throws Exception {
    write("score/data_overall.csv", BFCL_HEADER + BFCL_WHOLE);
    assertThat(read("Overall Acc", "Live Acc", "Multi Turn Acc", "Relevance Detection"))
        .isEqualTo(
            Map.of(
                "Overall Acc",
                78.45,
                "Live Acc",
                72.95,
                "Multi Turn Acc",
                0.0,
                "Relevance Detection",
                100.0));
  }

  @Test
  void whatBfclDidNotEvaluateIsNotTakenForZero() throws Exception {
    write("score/data_overall.csv", BFCL_HEADER + BFCL_PART);
    assertThat(read("Multi Turn Acc")).containsValue(45.0);
    for (String mean : List.of("Live Acc", "Overall Acc", "Live Parallel AST")) {
      assertThatRefuses(mean)
          .withMessageEndingWith("category '%s': 'Live Parallel AST' was not evaluated", mean);
    }
    assertThatRefuses("Total Cost ($)").withMessageEndingWith("'2.07' is no percentage");
    assertThatRefuses("Live").withMessageContaining("no score for category 'Live'");
  }

  @Test
  void twoModelsInOneFileAreAmbiguous() throws Exception {
    write("data_overall.csv", BFCL_HEADER + BFCL_WHOLE + "\n" + BFCL_PART);
    assertThatRefuses("Live Acc").withMessageContaining("the row of one model");
    write("data_overall.csv", BFCL_HEADER + BFCL_WHOLE + ",more");
    assertThatRefuses("Live Acc").withMessageContaining("the header has 14 columns, the row 15");
  }

  @Test
  void theNewestFileCountsAndOursBeforeAnyOther() throws Exception {
    write("results_2.json", "{\"results\": {\"add\": {\"acc,none\": 0.25}}}");
    write("b/results_1.json", "{\"results\": {\"add\": {\"acc,none\": 0.5}}}");
    write("results_9.jsonl", "no file of scores");
    Instant now = Instant.now();
    Files.setLastModifiedTime(directory.resolve("results_2.json"), FileTime.from(now));
    Files.setLastModifiedTime(
        directory.resolve("b/results_1.json"), FileTime.from(now.plusSeconds(1)));
    assertThat(read("add")).containsValue(0.5);
    write("scores.json", "{\"scores\": {\"add\": 0.75}}");
    Files.setLastModifiedTime(directory.resolve("scores.json"), FileTime.from(now.minusSeconds(9)));
    assertThat(read("add")).containsValue(0.75);
    ScoreFiles.delete(directory);
    assertThat(directory).isDirectoryRecursivelyContaining("glob:**.jsonl");
    assertThatRefuses("add").withMessageStartingWith("no scores.json, results_*.json or ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"scores": {"add": 1.01}}             | category 'add': 1.01 is outside 0 to 1; for percentages, the plan says scale: 100
          {"scores": {"add": -0.1}}             | category 'add': -0.1 is outside 0 to 1; for percentages, the plan says scale: 100
          {"scores": {"add": Infinity}}         | category 'add': Infinity is no score
          {"scores": {"add": 1e999}}            | category 'add': Infinity is no score
          {"scores": {"add": "0.7"}}            | category 'add': '"0.7"' is no number
          {"scores": {"add": null}}             | category 'add': 'null' is no number
          {"scores": {"add": true}}             | category 'add': 'true' is no number
          {"scores": {}}                        | no score for category 'add'; it has none
          {"scores": [0.5]}                     | neither {"scores": {...}} nor {"results": {...}}, so it has no scores
          {"version": 2, "scores": {"add": 1}}  | version 2; this release reads version 1
          {"scores": {"add": 1}, "n": {"add": -1}} | category 'add': '-1' is no number of cases
          {"scores": {"add": 1, "add": 0}}      | this is no JSON: Duplicate Object property "add"
          """)
  void whatIsNoScoreIsNamed(String text, String problem) throws Exception {
    write("scores.json", text);
    assertThatRefuses(new ScoreFormat(OptionalInt.of(1), Map.of()), "add")
        .withMessageStartingWith(directory.resolve("scores.json").toString())
        .withMessageEndingWith(problem);
  }

  @Test
  void anEmptyFileAndOneThatEndsTooSoonAreNoJson() throws Exception {
    write("scores.json", "");
    assertThatRefuses("add").withMessageContaining("neither");
    write("scores.json", "{\"scores\": {\"add\": 1");
    assertThatRefuses("add")
        .withMessageContaining("scores.json:1:")
        .withMessageContaining("no JSON");
  }
}
