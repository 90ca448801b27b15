package dev.stockpot.coordinator.search;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.coordinator.evaluate.Evaluation;
import dev.stockpot.coordinator.evaluate.EvaluationCache;
import dev.stockpot.coordinator.evaluate.EvaluatorCommand.EvaluatorCommandException;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.evaluate.EvaluatorSlot;
import dev.stockpot.coordinator.evaluate.Evaluators;
import dev.stockpot.coordinator.order.SearchOrder;
import dev.stockpot.coordinator.staging.OutputCommit;
import dev.stockpot.coordinator.staging.StagedBytes;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.Manifest;
import dev.stockpot.plan.SearchPlan;
import dev.stockpot.soce.report.SearchReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a search that read and write files: they block, and never run on the actor's thread.
 */
final class SearchWork {

  private static final Logger LOG = LoggerFactory.getLogger(SearchWork.class);

  private final SearchOrder order;
  private final EvaluatorPermission permission;
  private final Tenure tenure;
  private final SearchFiles files;

  /**
   * What a run needs, once its plan is read.
   *
   * @param finished whether this very search's result stands in the output's place
   */
  record Ready(
      Search search, Evaluators evaluators, Optional<Evaluators> reporters, boolean finished) {}

  SearchWork(SearchOrder order, EvaluatorPermission permission, Tenure tenure, SearchFiles files) {
    this.order = order;
    this.permission = permission;
    this.tenure = tenure;
    this.files = files;
  }

  /** Ends what a commit that was stopped had begun. */
  void finishInterrupted() {
    tenure.whileHeld(() -> {
      OutputCommit.finishInterrupted(order.staging());
      return order;
    });
  }

  /**
   * Reads all that the plan names. Writes nothing.
   *
   * @throws MergeException if it does not allow a search, something else stands in the output's
   *     place, or the evaluator may not run here
   */
  Ready read() {
    Search search = SearchSetup.of(order.plan());
    boolean finished = SearchResult.isOf(search, order.plan().output().path());
    if (!finished) {
      OutputCommit.checkFree(order.staging(), order.replace(), "this search's result");
    }
    try {
      permission.check(search.command());
      Evaluators evaluators =
          new Evaluators(search.command(), search.format(), slots(order.plan().evaluate()));
      Optional<Evaluators> reporters = Optional.empty();
      if (search.report().isPresent()) {
        permission.check(search.report().get());
        reporters = Optional.of(evaluators.sharingSlots(search.report().get()));
      }
      return new Ready(search, evaluators, reporters, finished);
    } catch (EvaluatorCommandException e) {
      throw MergeException.userInput(order.plan().source() + ": " + e.getMessage());
    }
  }

  private static List<EvaluatorSlot> slots(SearchPlan.Evaluate evaluate) {
    return IntStream.range(0, evaluate.parallel())
        .mapToObj(slot ->
            evaluate
                .gpus()
                .map(gpus -> EvaluatorSlot.of(part(gpus, slot, evaluate.parallel())))
                .orElseGet(EvaluatorSlot::undivided))
        .toList();
  }

  private static List<Integer> part(List<Integer> gpus, int slot, int slots) {
    int share = gpus.size() / slots;
    return gpus.subList(slot * share, (slot + 1) * share);
  }

  /** What earlier searches found of these, by the evaluations' names. */
  List<SearchEvent> lookUp(Search search, List<String> evaluations) {
    EvaluationCache cache = cache(search);
    List<SearchEvent> found = new ArrayList<>();
    for (String evaluation : evaluations) {
      cache
          .find(evaluation, search.categories())
          .ifPresent(scored ->
              found.add(new SearchEvent.Scored(evaluation, scored.scores(), scored.counts(), 0)));
    }
    return found;
  }

  private static EvaluationCache cache(Search search) {
    return new EvaluationCache(search.plan().evaluate().cache());
  }

  /**
   * Keeps what an evaluation gave, for later searches.
   *
   * @return what is to be recorded; empty if the evaluation says nothing about the candidate
   */
  Optional<SearchEvent> keep(Search search, String evaluation, Evaluation ended) {
    return switch (ended) {
      case Evaluation.Scored scored -> {
        try {
          cache(search).put(evaluation, scored);
          files.deleteEvaluationOutput(evaluation);
        } catch (IOException e) {
          LOG.warn(
              "evaluation {}: its result is not kept for later searches: {}",
              evaluation,
              FileErrors.located(e));
        }
        yield Optional.of(
            new SearchEvent.Scored(
                evaluation, scored.scores(), scored.counts(), scored.took().toMillis()));
      }
      case Evaluation.Failed(String reason, String logTail) ->
          Optional.of(new SearchEvent.Failed(evaluation, reason, logTail));
      case Evaluation.NotEvaluated _, Evaluation.Cancelled _ -> Optional.empty();
    };
  }

  /** Of the best soup, whose every byte is what was merged, or nothing of it is used. */
  private Manifest manifest(PlannedMerge planned) {
    Path shards = order.staging().shards();
    Optional<Manifest> manifest = Manifest.readIn(shards);
    if (manifest.isEmpty() || !StagedBytes.match(shards, planned, manifest.get())) {
      throw MergeException.environment(
          shards
              + ": the best soup is not what was merged and evaluated: something else changed its files; find out what, and run the search again",
          null);
    }
    return manifest.get();
  }

  /**
   * Puts the best soup, which is whole, into the output's place, with the report beside its
   * weights, and deletes all else.
   *
   * @throws MergeException if this process may not coordinate any more, among other reasons
   */
  void commit(Search search, Candidate best, SearchReport report) {
    PlannedMerge planned =
        MergePlanner.plan(search.plan().merge(best.fractions(), search.plan().output().path()));
    tenure.whileHeld(() -> {
      StagingArea staging = order.staging();
      try {
        FileTrees.delete(staging.shards());
        Files.move(files.place(best), staging.shards(), StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw MergeException.environment(
            "%s: the best soup cannot be moved: %s"
                .formatted(files.place(best), FileErrors.located(e)),
            e);
      }
      Manifest manifest = manifest(planned);
      new OutputCommit(staging, planned, order.replace())
          .with(SearchResult.DIRECTORY, SearchResult.files(search, report))
          .telling(CardSection.of(report))
          .commit(List.of(manifest));
      staging.delete();
      return staging;
    });
  }
}
