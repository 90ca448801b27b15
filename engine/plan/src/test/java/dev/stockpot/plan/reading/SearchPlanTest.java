package dev.stockpot.plan.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.groups.Tuple.tuple;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.SearchObjective;
import dev.stockpot.plan.SearchObjective.Category;
import dev.stockpot.plan.SearchObjective.Group;
import dev.stockpot.plan.SearchObjective.Groups;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.plan.paths.AllowedRoots;
import dev.stockpot.plan.yaml.InvalidPlanException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchPlanTest {
  private static final String SMALLEST =
      """
      version: 1
      method: linear
      models:
        - {model: a}
        - {model: b}
      search: {scores: scores.csv, threshold: 0.25}
      evaluate: {command: [./score, "{model}", "{output}"]}
      output: {path: out/best}
      """;

  private static final String MERGE =
      """
      version: 1
      method: linear
      models: [{model: a, weight: 1}]
      output: {path: out/soup}
      """;

  @TempDir private Path directory;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.createDirectories(directory.resolve("a"));
    Files.createDirectories(directory.resolve("b"));
    Files.createFile(directory.resolve("scores.csv"));
  }

  private SearchPlan read(String text) throws InvalidPlanException {
    return PlanReader.parseSearch(text, Path.of("plan.yaml"), directory);
  }

  @Test
  void whatIsLeftOutHasItsDefault() throws InvalidPlanException {
    SearchPlan plan = read(SMALLEST);

    assertThat(plan.models())
        .extracting(SearchPlan.Candidate::name, SearchPlan.Candidate::path)
        .containsExactly(tuple("a", directory.resolve("a")), tuple("b", directory.resolve("b")));
    assertThat(plan.search())
        .isEqualTo(
            new SearchPlan.Search(
                directory.resolve("scores.csv"),
                List.of(),
                CorrelationRule.ABSOLUTE,
                new BigDecimal("0.25"),
                SearchPlan.Grid.DEFAULT,
                new SearchObjective.Mean(),
                SearchPlan.Players.NONE,
                4,
                OptionalInt.empty(),
                Optional.empty()));
    assertThat(plan.evaluate())
        .isEqualTo(
            new SearchPlan.Evaluate(
                List.of("./score", "{model}", "{output}"),
                Optional.empty(),
                Duration.ofHours(2),
                1,
                Optional.empty(),
                OptionalInt.empty(),
                Map.of(),
                directory.resolve("out/.stockpot-evaluations")));
    assertThat(plan.text()).isEqualTo(SMALLEST);
  }

  @Test
  void noGpusIsSomethingElseThanNothingSaidAboutThem() throws InvalidPlanException {
    String none = SMALLEST.replace("evaluate: {", "evaluate: {gpus: [], ");
    assertThat(none).isNotEqualTo(SMALLEST);
    assertThat(read(none).evaluate().gpus()).isEqualTo(Optional.of(List.of()));
    assertThat(read(none).evaluate().parallel()).isEqualTo(1);
  }

  @Test
  void everythingThatIsWrittenIsTaken() throws InvalidPlanException {
    SearchPlan plan =
        read(
            """
            version: 1
            method: linear
            models:
              - {model: a, name: first}
              - {model: b}
            search:
              scores: scores.csv
              categories: [x, y, z]
              correlation: signed
              threshold: -0.5
              weights: {min: 0.2, max: 0.8, step: 0.2, uniform: false, refine: successive, finest_step: 0.05}
              objective: {groups: {one: [x], two: {three: [y, z]}}}
              shapley: pairs
              candidates_on_disk: 7
              max_evaluations: 20
              max_time: 90m
            evaluate:
              command: [score, "--model={model}", "{output}", 3]
              report: [score, "{model}", "{output}", held]
              timeout: 1.5h
              gpus: [4, 5, 6, 7]
              parallel: 2
              scale: 1
              metrics: {x: acc}
              cache: results
            output: {path: out/best}
            """);

    assertThat(plan.models().getFirst().name()).isEqualTo("first");
    assertThat(plan.search())
        .isEqualTo(
            new SearchPlan.Search(
                directory.resolve("scores.csv"),
                List.of("x", "y", "z"),
                CorrelationRule.SIGNED,
                new BigDecimal("-0.5"),
                new SearchPlan.Grid(
                    new BigDecimal("0.2"),
                    new BigDecimal("0.8"),
                    new BigDecimal("0.2"),
                    false,
                    SearchPlan.Refinement.SUCCESSIVE,
                    new BigDecimal("0.05")),
                new Groups(
                    List.of(
                        new Group("one", List.of(new Category("x"))),
                        new Group(
                            "two",
                            List.of(
                                new Group(
                                    "three", List.of(new Category("y"), new Category("z"))))))),
                SearchPlan.Players.PAIRS,
                7,
                OptionalInt.of(20),
                Optional.of(Duration.ofMinutes(90))));
    assertThat(plan.evaluate())
        .isEqualTo(
            new SearchPlan.Evaluate(
                List.of("score", "--model={model}", "{output}", "3"),
                Optional.of(List.of("score", "{model}", "{output}", "held")),
                Duration.ofMinutes(90),
                2,
                Optional.of(List.of(4, 5, 6, 7)),
                OptionalInt.of(1),
                Map.of("x", "acc"),
                directory.resolve("results")));
  }

  @Test
  void limitsFromElsewhereGoBeforeThePlans() throws InvalidPlanException {
    SearchPlan plan = read(SMALLEST.replace("0.25}", "0.25, max_evaluations: 9, max_time: 1h}"));

    assertThat(plan.limited(OptionalInt.empty(), Optional.empty())).isEqualTo(plan);
    SearchPlan.Search limited =
        plan.limited(OptionalInt.of(3), Optional.of(Duration.ofMinutes(1))).search();
    assertThat(limited.maxEvaluations()).hasValue(3);
    assertThat(limited.maxTime()).hasValue(Duration.ofMinutes(1));
  }

  @Test
  void aSoupsPlanHasItsWeightsAndTheFirstModelsConfig() throws InvalidPlanException {
    MergePlan soup =
        read(SMALLEST).merge(List.of(Fraction.of(0, 1), Fraction.ONE), directory.resolve("x"));

    assertThat(soup.models())
        .extracting(MergePlan.Ingredient::weight)
        .containsExactly(Fraction.ZERO, Fraction.ONE);
    assertThat(soup.donor()).isEmpty();
    assertThat(soup.output().path()).isEqualTo(directory.resolve("x"));
  }

  @Test
  void aMergeAndASearchSayHowTheyAreRun() {
    assertThatExceptionOfType(InvalidPlanException.class)
        .isThrownBy(() -> PlanReader.parse(SMALLEST, Path.of("plan.yaml"), directory))
        .withMessageContaining(
            "plan.yaml:6:1: this is the plan of a search; run it with 'stockpot soce search'");
    assertThatExceptionOfType(InvalidPlanException.class)
        .isThrownBy(() -> read(MERGE))
        .withMessageContaining(
            "plan.yaml:1:1: this is the plan of a merge; run it with 'stockpot merge'");
    assertThatExceptionOfType(InvalidPlanException.class)
        .isThrownBy(() -> read(SMALLEST + "---\n" + MERGE))
        .withMessageContaining("plan.yaml:10:1: a search stands alone in its file");
  }

  @Test
  void aScoreTableAndACacheMustLieInTheAllowedRoots() throws IOException {
    Path roots = Files.createDirectories(directory.resolve("roots"));
    Files.createDirectories(roots.resolve("a"));
    Files.createDirectories(roots.resolve("b"));

    assertThatExceptionOfType(InvalidPlanException.class)
        .isThrownBy(() ->
            PlanReader.parseAny(
                SMALLEST
                    .replace("scores.csv", "../scores.csv")
                    .replace("]}", "], cache: ../cache}"),
                Path.of("plan.yaml"),
                roots,
                AllowedRoots.of(List.of(roots))))
        .withMessageContaining("the score table '../scores.csv' is not inside the directories")
        .withMessageContaining("the cache '../cache' is not inside the directories");
  }
}
