package dev.stockpot.cli.soce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SoceAnalyzeCommandTest {
  /** Correlations by hand: a and b 0.8, a and c −0.1, b and c −0.4; same is constant. */
  private static final String SCORES =
      """
      model,a,b,c,same
      m1,1,2,3,5%
      m2,2,1,5,5%
      m3,3,4,1,5%
      org/m4,4,3,2,5%
      m5,5,5,4,
      """;

  private static final String CHOICES =
      """

      How the experts change with the threshold (categories by their numbers above)
      RULE      ABOVE    UP TO    CATEGORIES  SOUPS  EXPERTS
      absolute  0.1000   0.4000   1 3         9      m2, m5
      absolute  0.4000            1 2 3       9      m2, m5
      signed    -0.4000  -0.1000  2 3         9      m2, m5
      signed    -0.1000           1 2 3       9      m2, m5
      """;

  @TempDir Path root;
  private Path scores;

  @BeforeEach
  void writeScores() throws IOException {
    scores = Files.writeString(root.resolve("scores.csv"), SCORES);
  }

  private CommandRun analyze(Object... options) {
    List<Object> arguments = new ArrayList<>(List.of("soce", "analyze", scores));
    arguments.addAll(List.of(options));
    return CommandRun.of(arguments.toArray());
  }

  private void refused(String message, Object... options) {
    assertThat(analyze(options)).isEqualTo(new CommandRun(2, "", message + "\n"));
  }

  @Test
  void withoutAThresholdItShowsWhatEachWouldChoose() {
    assertThat(analyze("--candidates", "m2,m3,org/m4,m5"))
        .isEqualTo(
            new CommandRun(
                0,
                """
                %s: 5 models, 4 categories, 4 candidates
                Missing: 1 score of same

                How categories correlate
                               1       2       3       4
                  1  a      1.00
                  2  b      0.80    1.00
                  3  c     -0.10   -0.40    1.00
                  4  same      ?       ?       ?       ?
                ? all 4 models have the same score in 'same'
                %s
                Categories that hardly correlate deserve an expert each. A row holds for every threshold
                above the first number, up to the second: take the first row whose experts are models that
                differ, and whose soups you can afford to score; then run again with --threshold, as in
                  --threshold 0.10
                """
                    .formatted(scores, CHOICES),
                ""));
  }

  @Test
  void withAThresholdItNamesTheExpertsAndWhy() throws IOException {
    Files.writeString(scores, SCORES.replace("m3,3,4,1", "m3,5,4,1"));
    CommandRun run =
        analyze("--categories", "a,b,c", "--correlation", "signed", "--threshold", "0");

    assertThat(run.out())
        .contains(
            """
            How categories correlate; * by less than 0
                        1       2       3
              1  a   1.00
            """)
        .contains(
            """

            CATEGORY  EXPERT  SCORE  WHY
            a         m3      5      listed before m5, with the same score
            b         m5      5      next is m3, 4
            c         m2      5      next is m5, 4

            3 experts, m2, m3, m5: a search would try 37 soups, with weights from 0.1 to 0.9 in steps of 0.1 and equal ones.
            """);
  }

  @Test
  void candidatesMayHaveATableOfTheirOwn() throws IOException {
    Path own = Files.writeString(root.resolve("own.csv"), "model,group,c,a\nx,8B,1,\ny,8B,3,7\n");

    assertThat(analyze("--categories", "a,c", "--candidates", own, "--threshold", "0.25").out())
        .contains(
            """
            CATEGORY  EXPERT  SCORE  WHY
            a         y       7      the only one with a score; no score: x
            c         y       3      next is x, 1

            One expert, y: there is nothing to search.
            """);
  }

  @Test
  void whereNoThresholdMakesSeveralExpertsThatIsSaid() {
    assertThat(analyze("--candidates", "m1").out())
        .endsWith(
            """
            No threshold makes experts of several of these models, so there is no soup to search for:
            give other --candidates or --categories, or the other --correlation.
            """);
  }

  @Test
  void jsonHasEverythingThatIsPrinted() {
    CommandRun run = analyze("--threshold", "0.25", "--json");
    JsonNode json = JsonMapper.shared().readTree(run.out());

    assertThat(run.err()).isEmpty();
    assertThat(json.at("/models").intValue()).isEqualTo(5);
    assertThat(json.at("/categories/3/missing").intValue()).isEqualTo(1);
    assertThat(json.at("/correlations/0/correlation").doubleValue()).isCloseTo(0.8, within(1e-12));
    assertThat(json.at("/correlations/2/unknown").stringValue())
        .isEqualTo("all 4 models have the same score in 'same'");
    assertThat(json.at("/selection/models/1").stringValue()).isEqualTo("m5");
    assertThat(json.at("/selection/experts/1/model").stringValue()).isEqualTo("m2");
    assertThat(json.at("/selection/soups").intValue()).isEqualTo(9);
    assertThat(json.at("/thresholds/absolute")).hasSize(2);
    assertThat(json.at("/thresholds/signed/0/above").doubleValue()).isCloseTo(-0.4, within(1e-12));
  }

  @Test
  void thePlanOfASearchIsWritten() throws IOException {
    Path plan = root.resolve("search.yaml");
    Files.createDirectories(root.resolve("ckpt/m1"));
    CommandRun run =
        analyze(
            "--categories",
            "a,b,c",
            "--candidates",
            "m1,m2,org/m4,m5",
            "--threshold",
            "0.25",
            "--checkpoints",
            "ckpt",
            "--write-plan",
            plan);

    assertThat(run.err())
        .isEqualTo(
            """
            wrote %s
            the plan names checkpoints that are not there: ckpt/m2, ckpt/org/m4, ckpt/m5; put them there, or correct its paths
            """
                .formatted(plan));
    assertThat(Files.readString(plan))
        .isEqualTo(
            """
            # Experts at this threshold: m2, m5.
            version: 1
            method: linear
            models:
              - {model: ckpt/m1}
              - {model: ckpt/m2}
              - {model: ckpt/org/m4, name: org/m4}
              - {model: ckpt/m5}
            search:
              scores: scores.csv
              categories: [a, b, c]
              correlation: absolute
              threshold: 0.25
              weights: {min: 0.1, max: 0.9, step: 0.1, uniform: true}
              objective: mean
            evaluate:
              # Scores one checkpoint: writes {"scores": {"a": 71.3, ...}} to scores.json in {output}.
              command: [./evaluate, "{model}", "{output}"]
              timeout: 2h
            output: {path: out/best}
            """);
  }

  @Test
  void namesThatYamlWouldMisreadAreQuoted() throws IOException {
    Files.writeString(scores, SCORES.replace("m2,", "\"x: [y] (FC)\",").replace("m5,", "yes,"));
    Path plan = root.resolve("search.yaml");
    analyze(
        "--categories",
        "a,b,c",
        "--candidates",
        "x: [y] (FC),yes",
        "--threshold",
        "0.25",
        "--write-plan",
        plan);

    assertThat(Files.readString(plan))
        .contains("  - {model: checkpoints/x-y-FC, name: \"x: [y] (FC)\"}\n")
        .contains("  - {model: checkpoints/yes}\n");
  }

  @Test
  void thePageStandsAlone() throws IOException {
    Files.writeString(scores, SCORES.replace("m5", "<m5 & co>"));
    Path page = root.resolve("scores.html");
    assertThat(analyze("--threshold", "0.25", "--html", page).err())
        .isEqualTo("wrote " + page + "\n");

    assertThat(Files.readString(page))
        .startsWith("<!doctype html>")
        .contains("<svg", "prefers-color-scheme: dark", "&lt;m5 &amp; co&gt;")
        .contains("<title>a and b: 0.8000 over 5 models</title>")
        .doesNotContain("<script", "http://", "https://", "src=", "<link", "<m5");
  }

  @Test
  void filesThatExistAreReplacedOnlyWithForce() throws IOException {
    Path page = Files.writeString(root.resolve("scores.html"), "mine");

    refused(page + ": exists; name another file, or replace it with --force", "--html", page);
    assertThat(page).hasContent("mine");
    assertThat(analyze("--html", page, "--force").exitCode()).isZero();
    assertThat(Files.readString(page)).startsWith("<!doctype html>");
    refused(
        root.resolve("none/a.html") + ": its directory does not exist; make it first",
        "--html",
        root.resolve("none/a.html"));
    assertThat(root.toFile().list()).containsExactlyInAnyOrder("scores.csv", "scores.html");
  }

  @Test
  void mistakesAreNamedWithTheCure() throws IOException {
    refused(
        "--candidates: 'm9' is neither a file nor a model of %s; name models as the table does"
            .formatted(scores),
        "--candidates",
        "m1,m9");
    refused(
        "no two categories correlate by less than 0.01 (absolute); the least correlated ('a', 'c')"
            + " do by 0.1000: raise the threshold to 0.10 or more",
        "--threshold",
        "0.01");
    refused(
        scores + ": there is no category 'z'; there are 'a', 'b', 'c', 'same'",
        "--categories",
        "a,z");
    refused("the category 'a' is named twice; name it once", "--categories", "a,b,a");
    refused(
        "stockpot: --threshold is 7; correlations lie from -1 to 1\nSee: stockpot soce analyze --help",
        "--threshold",
        "7");
    refused(
        "stockpot: --write-plan needs --threshold; run without both to see how the experts change"
            + " with it\nSee: stockpot soce analyze --help",
        "--write-plan",
        root.resolve("search.yaml"));
    assertThat(CommandRun.of("soce").err())
        .isEqualTo("stockpot: name a command of 'soce'\nSee: stockpot soce --help\n");
    Files.writeString(scores, "model,a\nm1,1\nm2,x\nm3,2\n");
    refused(
        scores
            + ":3:4: 'x' in the category 'a' is not a number; write one such as 71.3 or 71.3%, or"
            + " leave it empty");
  }

  @Test
  void aPlanWithNothingToSearchIsNotWritten() {
    Path plan = root.resolve("search.yaml");

    CommandRun run =
        analyze(
            "--candidates",
            "m5",
            "--categories",
            "a,c",
            "--threshold",
            "0.25",
            "--write-plan",
            plan);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "m5 is the only expert, so there is nothing to search and no plan to write; choose"
                + " another threshold from the table\n");
    assertThat(plan).doesNotExist();
  }
}
