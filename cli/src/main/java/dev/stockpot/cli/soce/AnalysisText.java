package dev.stockpot.cli.soce;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.Numbers;
import dev.stockpot.cli.console.Table;
import dev.stockpot.cli.console.Terminal;
import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.experts.Analysis;
import dev.stockpot.soce.experts.Choice;
import dev.stockpot.soce.experts.Expert;
import dev.stockpot.soce.experts.LowCorrelation;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.weights.WeightGrid;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@link Analysis} for people. */
final class AnalysisText {
  private static final String HOW_TO_CHOOSE =
      """
      Categories that hardly correlate deserve an expert each. A row holds for every threshold
      above the first number, up to the second: take the first row whose experts are models that
      differ, and whose soups you can afford to score; then run again with --threshold, as in
      """;

  private static final String NOTHING_TO_CHOOSE =
      """
      No threshold makes experts of several of these models, so there is no soup to search for:
      give other --candidates or --categories, or the other --correlation.
      """;

  private final Analysis analysis;
  private final PrintWriter out;
  private final Terminal terminal;

  AnalysisText(Analysis analysis, PrintWriter out, Terminal terminal) {
    this.analysis = analysis;
    this.out = out;
    this.terminal = terminal;
  }

  void print() {
    out.printf(
        "%s: %s, %s, %s\n",
        Printable.text(analysis.source()),
        Numbers.count(analysis.population().models().size(), "model"),
        Numbers.count(analysis.population().categories().size(), "category", "categories"),
        Numbers.count(analysis.candidates().models().size(), "candidate"));
    analysis.population().categories().forEach(this::printMissing);
    out.println();
    new MatrixText(analysis, out, terminal).print();
    analysis.selection().ifPresent(this::printSelection);
    printChoices();
    if (analysis.selection().isEmpty()) {
      out.println();
      out.print(
          suggestion()
              .map(choice ->
                  HOW_TO_CHOOSE
                      + "  --threshold "
                      + choice.step().threshold().toPlainString()
                      + "\n")
              .orElse(NOTHING_TO_CHOOSE));
    }
  }

  private void printMissing(String category) {
    long missing = analysis.missing(category);
    if (missing > 0) {
      out.printf("Missing: %s of %s\n", Numbers.count(missing, "score"), Printable.text(category));
    }
  }

  private void printSelection(Selection selection) {
    LowCorrelation low = selection.low();
    out.println();
    out.printf(
        "Categories that correlate by less than %s (%s)\n",
        Numbers.number(low.threshold()), low.rule().planName());
    for (LowCorrelation.Pair pair : low.pairs()) {
      out.printf(
          Locale.ROOT,
          "%8.4f  %s, %s\n",
          pair.correlation(),
          Printable.text(pair.first()),
          Printable.text(pair.second()));
    }
    out.println();
    Table experts = new Table("CATEGORY", "EXPERT", "SCORE", "WHY");
    for (Expert expert : selection.experts()) {
      experts.add(expert.category(), expert.model(), Numbers.score(expert.score()), reason(expert));
    }
    experts.lines(terminal).forEach(out::println);
    out.println();
    out.println(soups(selection.models()));
  }

  private String reason(Expert expert) {
    String unscored =
        expert.unscored().isEmpty() ? "" : "; no score: " + String.join(", ", expert.unscored());
    if (!expert.tiedWith().isEmpty()) {
      return "listed before "
          + String.join(", ", expert.tiedWith())
          + ", with the same score"
          + unscored;
    }
    return analysis
            .runnerUp(expert)
            .map(next ->
                "next is %s, %s"
                    .formatted(
                        next,
                        Numbers.score(
                            analysis.candidates().score(next, expert.category()).orElseThrow())))
            .orElse("the only one with a score")
        + unscored;
  }

  private static String soups(List<String> models) {
    if (models.size() == 1) {
      return "One expert, %s: there is nothing to search."
          .formatted(Printable.text(models.getFirst()));
    }
    String names = models.stream().map(Printable::text).collect(Collectors.joining(", "));
    String experts = "%d experts, %s: ".formatted(models.size(), names);
    return experts
        + (soups(models.size()) == 0
            ? "too many for weights of at least 0.1."
            : "a search would try %s, with weights from 0.1 to 0.9 in steps of 0.1 and equal ones."
                .formatted(Numbers.count(soups(models.size()), "soup")));
  }

  private void printChoices() {
    Table table = new Table("RULE", "ABOVE", "UP TO", "CATEGORIES", "SOUPS", "EXPERTS");
    for (CorrelationRule rule : CorrelationRule.values()) {
      for (Choice choice : analysis.choices(rule)) {
        table.add(
            rule.planName(),
            String.format(Locale.ROOT, "%.4f", choice.step().above()),
            Double.isInfinite(choice.step().upTo())
                ? ""
                : String.format(Locale.ROOT, "%.4f", choice.step().upTo()),
            choice.step().categories().stream()
                .map(category ->
                    String.valueOf(analysis.matrix().categories().indexOf(category) + 1))
                .collect(Collectors.joining(" ")),
            soupsText(choice.models().size()),
            String.join(", ", choice.models()));
      }
    }
    out.println();
    out.println("How the experts change with the threshold (categories by their numbers above)");
    table.lines(terminal).forEach(out::println);
  }

  private Optional<Choice> suggestion() {
    return analysis.choices(analysis.rule()).stream()
        .filter(choice -> choice.models().size() > 1)
        .findFirst();
  }

  /**
   * How many soups a search with the usual weights tries; 0 if they do not serve so many experts.
   */
  static long soups(int experts) {
    return WeightGrid.PAPER.gridPoints(experts).signum() == 0 ? 0 : WeightGrid.PAPER.count(experts);
  }

  private static String soupsText(int experts) {
    long soups = soups(experts);
    return experts == 1 ? "-" : soups == 0 ? "too many" : String.valueOf(soups);
  }
}
