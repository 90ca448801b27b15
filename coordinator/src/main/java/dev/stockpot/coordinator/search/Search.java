package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.evaluate.EvaluatorCommand;
import dev.stockpot.coordinator.evaluate.ScoreFormat;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.soce.Objective;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.report.SearchReport.Role;
import dev.stockpot.soce.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A search whose plan, scores and headers were read: who the experts are, and what is evaluated for
 * which categories. Nothing in it changes while it runs.
 *
 * @param planned one of its merges, whose shape is that of all
 * @param categories that every evaluation must score, in the table's order
 * @param experts their places among the plan's models, ascending
 * @param grid weights of the experts, in the order in which they are tried
 * @param contents what each model's files are, for names of content
 */
public record Search(
    SearchPlan plan,
    PlannedMerge planned,
    Selection selection,
    List<String> categories,
    Objective objective,
    List<Integer> experts,
    List<Weights> grid,
    EvaluatorCommand command,
    Optional<EvaluatorCommand> report,
    Contents contents) {

  public Search {
    categories = List.copyOf(categories);
    experts = List.copyOf(experts);
    grid = List.copyOf(grid);
  }

  /** How many models the plan names. */
  public int models() {
    return plan.models().size();
  }

  /** What is known at the start: baselines first, then the grid. Each weights once. */
  public List<Candidate> firstCandidates() {
    List<Candidate> first = new ArrayList<>();
    for (int model = 0; model < models(); model++) {
      first.add(candidate(Weights.only(model, models()), Role.MODEL, false));
    }
    List<Weights> soups = grid.stream().map(this::ofAll).toList();
    Weights all = Weights.uniform(models());
    first.add(candidate(all, Role.UNIFORM_OF_ALL, soups.contains(all)));
    Weights selected = Weights.among(experts, models());
    if (!selected.equals(all)) {
      first.add(candidate(selected, Role.UNIFORM_OF_SELECTED, soups.contains(selected)));
    }
    for (Weights soup : soups) {
      if (!soup.equals(all) && !soup.equals(selected)) {
        first.add(candidate(soup, Role.CANDIDATE, true));
      }
    }
    return first;
  }

  /** Weights of the experts as weights of all models. */
  Weights ofAll(Weights ofExperts) {
    List<Integer> numerators = new ArrayList<>();
    for (int model = 0; model < models(); model++) {
      int expert = experts.indexOf(model);
      numerators.add(expert < 0 ? 0 : ofExperts.numerators().get(expert));
    }
    return new Weights(numerators, ofExperts.denominator());
  }

  /** The other way round, for weights of which only experts have a share. */
  Weights ofExperts(Weights ofAll) {
    return new Weights(experts.stream().map(ofAll.numerators()::get).toList(), ofAll.denominator());
  }

  Candidate candidate(Weights weights, Role role, boolean eligible) {
    return new Candidate(weights, role, eligible, directory(weights), contents.of(weights));
  }

  /** A model that is a directory is evaluated where it lies. */
  private Optional<Path> directory(Weights weights) {
    int model = weights.numerators().indexOf(weights.denominator());
    return model < 0
        ? Optional.empty()
        : Optional.of(plan.models().get(model).path()).filter(Files::isDirectory);
  }

  /** Names the evaluation that chooses, or the one on held-out cases. */
  String evaluation(Candidate candidate, boolean heldOut) {
    EvaluatorCommand by = heldOut ? report.orElseThrow() : command;
    return contents.evaluation(candidate.content(), by.arguments(), categories, format());
  }

  ScoreFormat format() {
    return new ScoreFormat(plan.evaluate().scale(), plan.evaluate().metrics());
  }

  /**
   * How many soups a batch has at most, where devices may keep the models for the batches to come:
   * the plan says that no evaluator wants their memory.
   */
  OptionalInt series() {
    return plan.evaluate().gpus().filter(List::isEmpty).isPresent()
        ? OptionalInt.of(Math.min(MergePlanner.MOST_SOUPS, plan.search().candidatesOnDisk()))
        : OptionalInt.empty();
  }

  /** {@code add 0.2, rev 0.7, max 0.1}. */
  public String text(Weights weights) {
    List<String> parts = new ArrayList<>();
    for (int model = 0; model < models(); model++) {
      if (weights.numerators().get(model) != 0) {
        parts.add(plan.models().get(model).name() + " " + weights.text(model));
      }
    }
    return String.join(", ", parts);
  }

  /** Bytes of one candidate on disk. */
  public long candidateBytes() {
    return planned.layout().shards().stream().mapToLong(shard -> shard.fileSize()).sum();
  }
}
