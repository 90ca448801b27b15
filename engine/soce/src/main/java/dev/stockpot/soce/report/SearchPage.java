package dev.stockpot.soce.report;

import dev.stockpot.soce.experts.CorrelationMatrix;
import dev.stockpot.soce.experts.Expert;
import dev.stockpot.soce.experts.LowCorrelation;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Failed;
import dev.stockpot.soce.report.SearchReport.Role;
import dev.stockpot.soce.report.SearchReport.Scores;
import dev.stockpot.soce.weights.Shapley.ShapleyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** {@link SearchReport} as a page. */
public final class SearchPage {
  private final SearchReport report;
  private final List<String> categories;
  private final Page page;

  private SearchPage(SearchReport report) {
    this.report = report;
    this.categories = report.categories();
    this.page = new Page("The best soup: " + report.name());
  }

  /** The whole document. */
  public static String render(SearchReport report) {
    return new SearchPage(report).render();
  }

  private String render() {
    report
        .best()
        .ifPresentOrElse(
            this::addBest, () -> page.lead("No candidate has scores; why stands below."));
    addBaselines();
    addHeldOut();
    addTries();
    report.best().ifPresent(this::addGains);
    addExperts();
    addShapley();
    addCorrelations();
    addCandidates();
    addRepetition();
    return page.render();
  }

  private void addBest(Entry best) {
    page.lead(parts(best) + ".");
    page.paragraph(
        "%s: %s on the scores that chose it.".formatted(report.objective(), value(best.scores())));
    page.quiet("Finished at " + report.finishedAt() + ".");
  }

  /** What a soup is made of: {@code 0.7 of add, 0.3 of rev}. */
  private String parts(Entry entry) {
    return IntStream.range(0, report.models().size())
        .filter(model -> entry.weights().numerators().get(model) > 0)
        .mapToObj(model -> entry.weights().text(model) + " of " + report.models().get(model))
        .collect(Collectors.joining(", "));
  }

  /** The best soup, and what it must beat. */
  private List<Entry> compared() {
    return Stream.concat(
            report.best().stream(),
            report.entries().stream()
                .filter(entry ->
                    switch (entry.role()) {
                      case MODEL, UNIFORM_OF_ALL, UNIFORM_OF_SELECTED -> true;
                      case CANDIDATE, COALITION -> false;
                    }))
        .distinct()
        .toList();
  }

  private void addBaselines() {
    page.heading("Beside the baselines");
    page.quiet("Scores on the cases that chose the best soup.");
    page.table(scores(compared(), Entry::scores));
  }

  private void addHeldOut() {
    List<Entry> held = compared().stream().filter(entry -> entry.heldOut().isPresent()).toList();
    if (held.isEmpty()) {
      page.paragraph(
          "The plan names no held-out cases (evaluate.report), so these scores flatter the soup that"
              + " they chose.");
      return;
    }
    page.heading("On held-out cases");
    page.quiet("Scores that chose nothing: they say how good the soup is.");
    page.table(scores(held, Entry::heldOut));
  }

  private Rows scores(List<Entry> entries, Function<Entry, Optional<Scores>> which) {
    Rows rows =
        new Rows(
            Stream.of(
                    Stream.of("", "Weights", "#Objective"),
                    categories.stream().map(name -> "#" + name))
                .flatMap(heads -> heads)
                .toList());
    for (Entry entry : entries) {
      List<String> cells =
          new ArrayList<>(List.of(title(entry), parts(entry), value(which.apply(entry))));
      categories.forEach(category -> cells.add(value(which.apply(entry), category)));
      rows.add(look(entry), cells);
    }
    return rows;
  }

  private String look(Entry entry) {
    if (entry.outcome() instanceof Failed) {
      return "failed";
    }
    return report.best().filter(entry::equals).isPresent() ? "chosen" : "";
  }

  private String title(Entry entry) {
    String role =
        switch (entry.role()) {
          case MODEL -> "model";
          case UNIFORM_OF_ALL -> "uniform of all";
          case UNIFORM_OF_SELECTED -> "uniform of the selected";
          case CANDIDATE -> "candidate";
          case COALITION -> "coalition";
        };
    return report.best().filter(entry::equals).isPresent() ? "best (" + role + ")" : role;
  }

  private void addTries() {
    List<Chart.Dot> dots =
        report.entries().stream()
            .filter(entry -> entry.role() != Role.MODEL && entry.scores().isPresent())
            .map(entry ->
                new Chart.Dot(
                    parts(entry),
                    entry.scores().map(Scores::objective).orElseThrow(),
                    report.best().filter(entry::equals).isPresent()))
            .toList();
    if (dots.isEmpty()) {
      return;
    }
    page.heading("Every soup, in the order tried");
    page.figure(Chart.dots("Objective of every soup", dots, levels()));
  }

  private List<Chart.Level> levels() {
    List<Chart.Level> levels = new ArrayList<>();
    addLevel(levels, "best model", report.bestModel());
    addLevel(levels, "uniform of all", report.entry(Role.UNIFORM_OF_ALL));
    addLevel(levels, "uniform of the selected", report.entry(Role.UNIFORM_OF_SELECTED));
    return levels;
  }

  private static void addLevel(List<Chart.Level> levels, String name, Optional<Entry> entry) {
    entry
        .flatMap(Entry::scores)
        .ifPresent(scores -> levels.add(new Chart.Level(name, scores.objective())));
  }

  private void addGains(Entry best) {
    Optional<Scores> model = report.bestModel().flatMap(Entry::scores);
    if (model.isEmpty() || best.scores().isEmpty()) {
      return;
    }
    page.heading("Gain over the best model, by category");
    page.quiet(
        "The best model by itself is " + report.bestModel().map(this::parts).orElse("") + ".");
    page.figure(
        Chart.bars(
            "Gain by category",
            categories.stream()
                .filter(category -> found(best.scores(), category).isPresent())
                .filter(category -> found(model, category).isPresent())
                .map(category ->
                    new Chart.Bar(
                        category,
                        score(best.scores(), category) - score(model, category),
                        OptionalDouble.empty()))
                .toList()));
  }

  private void addExperts() {
    LowCorrelation low = report.selection().low();
    page.heading("Why these experts");
    page.paragraph(
        "Categories that correlate by less than %s (%s) with some other have an expert each: the candidate with the highest score."
            .formatted(low.threshold(), low.rule().planName()));
    Rows rows = new Rows(List.of("Category", "Expert", "#Score", "Tied with, and listed before"));
    for (Expert expert : report.selection().experts()) {
      rows.add(
          List.of(
              expert.category(),
              expert.model(),
              String.valueOf(expert.score()),
              String.join(", ", expert.tiedWith())));
    }
    page.table(rows);
  }

  private void addShapley() {
    if (report.shapley().isEmpty()) {
      return;
    }
    page.heading("What each contributes (Shapley values)");
    page.quiet(
        "The mean gain of the objective when it joins, over all orders"
            + (report.shapley().stream().anyMatch(value -> value.standardError().isPresent())
                ? "; sampled, with the standard error."
                : "."));
    page.figure(
        Chart.bars(
            "Shapley values",
            report.shapley().stream()
                .map(value -> new Chart.Bar(player(value), value.value(), value.standardError()))
                .toList()));
  }

  private String player(ShapleyValue value) {
    return value.player().stream().map(report.models()::get).collect(Collectors.joining(" + "));
  }

  private void addCorrelations() {
    LowCorrelation low = report.selection().low();
    page.heading("How categories correlate, before and after");
    page.quiet(
        "Before: across the models of the score table. After: across the soups that were tried.");
    page.figure(heatMap(report.selection().matrix(), low));
    page.figure(heatMap(report.correlationsAfter(), low));
  }

  private static String heatMap(CorrelationMatrix matrix, LowCorrelation low) {
    return HeatMap.svg(matrix, rho -> low.rule().closeness(rho) < low.threshold());
  }

  private void addCandidates() {
    page.heading("Leaderboard");
    Rows rows =
        new Rows(
            List.of("#", "Name", "Kind", "Weights", "#Objective", "#Seconds", "Failed because"));
    int place = 0;
    for (Entry entry : report.leaderboard()) {
      place++;
      rows.add(
          look(entry),
          List.of(
              entry.outcome() instanceof Failed ? "" : String.valueOf(place),
              entry.name(),
              title(entry),
              parts(entry),
              value(entry.scores()),
              entry.took().isZero()
                  ? ""
                  : String.format(Locale.ROOT, "%.1f", entry.took().toMillis() / 1e3),
              entry.outcome() instanceof Failed(String reason) ? reason : ""));
    }
    page.table(rows);
  }

  private void addRepetition() {
    page.heading("To repeat it");
    Rows rows = new Rows(List.of("What", "Value"));
    report.facts().forEach(fact -> rows.add(List.of(fact.name(), fact.value())));
    page.table(rows);
    page.source(report.plan());
  }

  private static String value(Optional<Scores> scores) {
    return scores.map(found -> Page.score(found.objective())).orElse("–");
  }

  private static String value(Optional<Scores> scores, String category) {
    OptionalDouble score = found(scores, category);
    return score.isPresent() ? Page.score(score.getAsDouble()) : "–";
  }

  private static double score(Optional<Scores> scores, String category) {
    return found(scores, category).orElseThrow();
  }

  private static OptionalDouble found(Optional<Scores> scores, String category) {
    return scores.map(all -> all.of(category)).orElse(OptionalDouble.empty());
  }
}
