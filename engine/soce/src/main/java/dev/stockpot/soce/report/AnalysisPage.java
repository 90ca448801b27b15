package dev.stockpot.soce.report;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.experts.Analysis;
import dev.stockpot.soce.experts.Choice;
import dev.stockpot.soce.experts.Expert;
import dev.stockpot.soce.experts.LowCorrelation;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.weights.WeightGrid;
import java.util.List;
import java.util.stream.Collectors;

/** {@link Analysis} as a page. */
public final class AnalysisPage {
  private final Analysis analysis;
  private final Page page;

  private AnalysisPage(Analysis analysis) {
    this.analysis = analysis;
    this.page = new Page("Experts of " + analysis.source());
  }

  /** The whole document. */
  public static String render(Analysis analysis) {
    return new AnalysisPage(analysis).render();
  }

  private String render() {
    page.lead(
        "%d models, %d categories, %d candidates."
            .formatted(
                analysis.population().models().size(),
                analysis.population().categories().size(),
                analysis.candidates().models().size()));
    addMissing();
    page.heading("How categories correlate");
    page.quiet(
        "Pearson's coefficient across all models of the table; marked is what is below the"
            + " threshold. Point at a cell for all its digits.");
    page.figure(
        HeatMap.svg(
            analysis.matrix(),
            rho ->
                analysis.selection().map(Selection::low).stream()
                    .anyMatch(low -> isLow(low, rho))));
    analysis.selection().ifPresent(this::addSelection);
    addChoices();
    return page.render();
  }

  private void addMissing() {
    String missing =
        analysis.population().categories().stream()
            .filter(category -> analysis.missing(category) > 0)
            .map(category -> category + " (" + analysis.missing(category) + ")")
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      page.paragraph("Scores are missing in " + missing + ".");
    }
  }

  private void addSelection(Selection selection) {
    LowCorrelation low = selection.low();
    page.heading(
        "Categories that correlate by less than %s (%s)"
            .formatted(low.threshold(), low.rule().planName()));
    Rows pairs = new Rows(List.of("#Correlation", "Category", "Category"));
    low.pairs()
        .forEach(pair ->
            pairs.add(List.of(Page.decimals(4, pair.correlation()), pair.first(), pair.second())));
    page.table(pairs);
    page.heading("Their experts");
    Rows experts =
        new Rows(
            List.of(
                "Category", "Expert", "#Score", "Tied with, and listed before", "Without a score"));
    for (Expert expert : selection.experts()) {
      experts.add(
          List.of(
              expert.category(),
              expert.model(),
              String.valueOf(expert.score()),
              String.join(", ", expert.tiedWith()),
              String.join(", ", expert.unscored())));
    }
    page.table(experts);
    page.paragraph(
        selection.models().size() == 1
            ? "One expert: there is nothing to search."
            : "A search would try %s soups of %s."
                .formatted(
                    soups(selection.models().size()), String.join(", ", selection.models())));
  }

  private void addChoices() {
    page.heading("How the experts change with the threshold");
    page.quiet(
        "A row holds for every threshold above the first number, up to the second. Soups are those"
            + " of weights from 0.1 to 0.9 in steps of 0.1, and equal ones.");
    Rows rows = new Rows(List.of("Rule", "#Above", "#Up to", "Categories", "#Soups", "Experts"));
    for (CorrelationRule rule : CorrelationRule.values()) {
      for (Choice choice : analysis.choices(rule)) {
        rows.add(
            isChosen(rule, choice) ? "chosen" : "",
            List.of(
                rule.planName(),
                Page.decimals(4, choice.step().above()),
                Double.isInfinite(choice.step().upTo())
                    ? ""
                    : Page.decimals(4, choice.step().upTo()),
                String.join(", ", choice.step().categories()),
                soups(choice.models().size()),
                String.join(", ", choice.models())));
      }
    }
    page.table(rows);
  }

  private boolean isChosen(CorrelationRule rule, Choice choice) {
    return analysis
        .selection()
        .map(Selection::low)
        .filter(low -> low.rule() == rule)
        .filter(low -> low.threshold() > choice.step().above())
        .filter(low -> low.threshold() <= choice.step().upTo())
        .isPresent();
  }

  private static boolean isLow(LowCorrelation low, double rho) {
    return low.rule().closeness(rho) < low.threshold();
  }

  private static String soups(int experts) {
    if (experts == 1) {
      return "–";
    }
    return WeightGrid.PAPER.gridPoints(experts).signum() == 0
        ? "too many"
        : String.valueOf(WeightGrid.PAPER.count(experts));
  }
}
