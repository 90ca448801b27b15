package dev.stockpot.soce.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Fact;
import dev.stockpot.soce.report.SearchReport.Failed;
import dev.stockpot.soce.report.SearchReport.Role;
import dev.stockpot.soce.report.SearchReport.Scores;
import dev.stockpot.soce.weights.Shapley.ShapleyValue;
import dev.stockpot.soce.weights.Weights;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

final class SearchPageTest {
  private static final List<String> MODELS = List.of("base", "add", "<rev>");

  private static final ScoreTable TABLE =
      ScoreTable.of(
          List.of("base", "add", "<rev>", "other"),
          List.of("sums", "reversals"),
          List.of(row(10, 10), row(90, 12), row(11, 95), row(50, 40)));

  private static final Entry BASE = entry("base", Role.MODEL, Weights.only(0, 3), 10, 10);
  private static final Entry ADD = entry("add", Role.MODEL, Weights.only(1, 3), 90, 12);
  private static final Entry REV = entry("<rev>", Role.MODEL, Weights.only(2, 3), 11, 95);
  private static final Entry ALL = entry("all", Role.UNIFORM_OF_ALL, Weights.uniform(3), 40, 41);
  private static final Entry BEST =
      new Entry(
          "s-3",
          Role.CANDIDATE,
          new Weights(List.of(0, 3, 7), 10),
          scores(80, 70),
          Optional.of(scores(78.25, 66)),
          Duration.ofMillis(1500));
  private static final Entry FAILED =
      new Entry(
          "s-4",
          Role.CANDIDATE,
          new Weights(List.of(0, 1, 9), 10),
          new Failed("the evaluator wrote <nothing>"),
          Optional.empty(),
          Duration.ofSeconds(2));

  private static List<OptionalDouble> row(double... scores) {
    return DoubleStream.of(scores).mapToObj(OptionalDouble::of).toList();
  }

  private static Scores scores(double sums, double reversals) {
    Map<String, Double> categories = new LinkedHashMap<>();
    categories.put("sums", sums);
    categories.put("reversals", reversals);
    return new Scores((sums + reversals) / 2, categories);
  }

  private static Entry entry(
      String name, Role role, Weights weights, double sums, double reversals) {
    return new Entry(name, role, weights, scores(sums, reversals), Optional.empty(), Duration.ZERO);
  }

  private static SearchReport report(List<Entry> entries, Optional<Entry> best) {
    return new SearchReport(
        "out/best",
        Instant.parse("2026-01-02T03:04:05Z"),
        MODELS,
        Selection.of(TABLE, TABLE.rows(MODELS), CorrelationRule.SIGNED, 0.5),
        "mean of sums, reversals",
        entries,
        best,
        List.of(
            new ShapleyValue(List.of(1), 12.5, OptionalDouble.of(0.25)),
            new ShapleyValue(List.of(1, 2), -3, OptionalDouble.empty())),
        List.of(new Fact("command", "./evaluate {model} & more")),
        "version: 1\nmethod: linear\n");
  }

  private static final SearchReport REPORT =
      report(List.of(BASE, ADD, REV, ALL, BEST, FAILED), Optional.of(BEST));

  @Test
  void theLeaderboardEndsWithWhatFailed() {
    assertThat(REPORT.leaderboard()).containsExactly(BEST, REV, ADD, ALL, BASE, FAILED);
    assertThat(REPORT.bestModel()).contains(REV);
    assertThat(REPORT.entry(Role.UNIFORM_OF_ALL)).contains(ALL);
    assertThat(REPORT.entry(Role.COALITION)).isEmpty();
  }

  @Test
  void thePageSaysWhatIsBestAndByHowMuch() {
    String page = SearchPage.render(REPORT);

    assertThat(page)
        .contains("<p class=\"lead\">0.3 of add, 0.7 of &lt;rev&gt;.</p>")
        .contains("mean of sums, reversals: 75 on the scores that chose it.")
        .contains("The best model by itself is 1 of &lt;rev&gt;.")
        .contains(">+69</text>", ">-25</text>")
        .contains(">+12.5 ± 0.25</text>", ">add + &lt;rev&gt;</text>");
  }

  @Test
  void heldOutScoresStandApart() {
    String page = SearchPage.render(REPORT);
    int chosen = page.indexOf("<h2>Beside the baselines</h2>");
    int held = page.indexOf("<h2>On held-out cases</h2>");
    int next = page.indexOf("<h2>Every soup");

    assertThat(page.substring(chosen, held)).contains(">80<", ">70<").doesNotContain("78.25");
    assertThat(page.substring(held, next)).contains(">78.25<", ">66<").doesNotContain(">80<");
  }

  @Test
  void withoutHeldOutScoresThePageSaysThatItFlatters() {
    assertThat(SearchPage.render(report(List.of(BASE, ADD), Optional.of(ADD))))
        .contains("these scores flatter the soup that they chose")
        .doesNotContain("<h2>On held-out cases</h2>");
  }

  @Test
  void whatWouldTurnTextAroundIsShownInstead() {
    Entry entry =
        new Entry(
            "s-5\u202e",
            Role.CANDIDATE,
            new Weights(List.of(0, 1, 9), 10),
            new Failed("\u2067<b>\u0007"),
            Optional.empty(),
            Duration.ZERO);
    assertThat(SearchPage.render(report(List.of(entry), Optional.empty())))
        .contains("\\u2067&lt;b&gt;\\u0007")
        .doesNotContain("\u202e", "\u2067", "\u0007");
  }

  @Test
  void failedCandidatesAreShownWithTheReason() {
    assertThat(SearchPage.render(REPORT))
        .contains("<tr class=\"failed\">")
        .contains("the evaluator wrote &lt;nothing&gt;");
    assertThat(SearchPage.render(report(List.of(FAILED), Optional.empty())))
        .contains("No candidate has scores; why stands below.");
  }

  @Test
  void thePageHoldsWhatItTakesToRepeatTheSearch() {
    assertThat(SearchPage.render(REPORT))
        .contains("./evaluate {model} &amp; more")
        .contains("<pre>version: 1\nmethod: linear\n</pre>");
  }

  @Test
  void thePageStandsAloneAndIsWellFormed() throws Exception {
    String page = SearchPage.render(REPORT);

    assertThat(page)
        .contains("prefers-color-scheme: dark")
        .doesNotContain("<script", "http://", "https://", "src=", "<link", "<rev>");
    String body = page.substring(page.indexOf("<body>"), page.indexOf("</html>"));
    assertThat(
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(body)))
                .getElementsByTagName("svg")
                .getLength())
        .isEqualTo(5);
  }

  @Test
  void weightsThatDoNotFitTheModelsAreAMistake() {
    Entry two = entry("two", Role.CANDIDATE, Weights.uniform(2), 1, 1);

    assertThatThrownBy(() -> report(List.of(two), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two has 2 weights for 3 models");
  }
}
