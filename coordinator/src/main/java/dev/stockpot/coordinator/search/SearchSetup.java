package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.evaluate.EvaluatorCommand;
import dev.stockpot.coordinator.evaluate.EvaluatorCommand.EvaluatorCommandException;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.SearchObjective;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.soce.Objective;
import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.ScoreTables;
import dev.stockpot.soce.SoceException;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.weights.GridOrder;
import dev.stockpot.soce.weights.WeightGrid;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** Reads what a search's plan names, and finds whatever keeps it from running. */
public final class SearchSetup {

  private final SearchPlan plan;

  private SearchSetup(SearchPlan plan) {
    this.plan = plan;
  }

  /**
   * Reads the scores and the checkpoints' headers. Blocks.
   *
   * @throws MergeException of kind USER_INPUT if the scores, the checkpoints or the plan do not
   *     allow a search
   */
  public static Search of(SearchPlan plan) {
    try {
      return new SearchSetup(plan).search();
    } catch (SoceException | EvaluatorCommandException e) {
      throw MergeException.userInput(plan.source() + ": " + e.getMessage());
    }
  }

  private Search search() throws EvaluatorCommandException {
    ScoreTable population = ScoreTables.read(plan.search().scores(), plan.search().categories());
    ScoreTable candidates =
        population.rows(plan.models().stream().map(SearchPlan.Candidate::name).toList());
    Selection selection =
        Selection.of(
            population,
            candidates,
            plan.search().correlation(),
            plan.search().threshold().doubleValue());
    List<Integer> experts = selection.models().stream().map(candidates.models()::indexOf).toList();
    if (experts.size() == 1) {
      throw new SoceException(
          "%s is the expert of every category that correlates so little, so there is nothing to"
                  .formatted(selection.models().getFirst())
              + " search; choose another threshold ('stockpot soce analyze' shows them) or add models");
    }
    SearchPlan.Grid written = plan.search().weights();
    WeightGrid grid =
        new WeightGrid(written.min(), written.max(), written.step(), written.uniform());
    PlannedMerge planned = MergePlanner.plan(uniform());
    return new Search(
        plan,
        planned,
        selection,
        population.categories(),
        objective(population.categories()),
        experts,
        GridOrder.of(grid, experts.size()),
        command(plan.evaluate().command()),
        plan.evaluate().report().isPresent()
            ? Optional.of(command(plan.evaluate().report().get()))
            : Optional.empty(),
        Contents.of(plan, planned));
  }

  private MergePlan uniform() {
    int models = plan.models().size();
    return plan.merge(Collections.nCopies(models, Fraction.of(1, models)), plan.output().path());
  }

  private EvaluatorCommand command(List<String> arguments) throws EvaluatorCommandException {
    return EvaluatorCommand.of(arguments, plan.directory(), plan.evaluate().timeout());
  }

  private Objective objective(List<String> categories) {
    Objective objective =
        switch (plan.search().objective()) {
          case SearchObjective.Mean _ -> Objective.mean(categories);
          case SearchObjective.Weighted(var weights) -> {
            SequencedMap<String, Double> inOrder = new LinkedHashMap<>();
            weights.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> inOrder.put(each.getKey(), each.getValue().doubleValue()));
            yield Objective.weighted(inOrder);
          }
          case SearchObjective.Groups(var groups) ->
              Objective.average(groups.stream().map(SearchSetup::objective).toList());
        };
    List<String> unknown = new ArrayList<>(objective.categories());
    unknown.removeAll(categories);
    if (!unknown.isEmpty()) {
      throw new SoceException(
          "the objective names categories that are not scored: %s; there are %s"
              .formatted(String.join(", ", unknown), String.join(", ", categories)));
    }
    return objective;
  }

  private static Objective objective(SearchObjective.Member member) {
    return switch (member) {
      case SearchObjective.Category(String name) -> new Objective.Category(name);
      case SearchObjective.Group(_, var members) ->
          Objective.average(members.stream().map(SearchSetup::objective).toList());
    };
  }
}
