package dev.stockpot.coordinator.order;

import dev.stockpot.coordinator.order.JobUpdate.OfSearch;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.report.SearchReport.Scores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a search tells of who its experts are and of each candidate, for whoever shows it as it
 * goes; a log has no use for it. Candidates are called by their names, which are unique.
 */
public sealed interface SearchDetail extends OfSearch {

  /**
   * Who is merged, and why. Told once, first.
   *
   * @param models that the plan names
   * @param categories that are scored, in the table's order
   * @param objective in words
   * @param parallel evaluations at once
   */
  record SearchOutlined(
      List<String> models,
      Selection selection,
      List<String> categories,
      String objective,
      int parallel)
      implements SearchDetail {
    public SearchOutlined {
      models = List.copyOf(models);
      categories = List.copyOf(categories);
    }
  }

  /** Why a candidate is evaluated. */
  enum Kind {
    SINGLE,
    UNIFORM,
    GRID,
    REFINED,
    COALITION
  }

  /**
   * A candidate, and what is known of it from before.
   *
   * @param weights by model, those of 0 too
   * @param eligible whether it may become the output
   * @param failure why there are no scores, if that is known
   */
  record Listed(
      String name,
      Map<String, Double> weights,
      Kind kind,
      boolean eligible,
      Optional<Scores> scores,
      Optional<Scores> heldOut,
      Optional<String> failure) {
    public Listed {
      weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    }
  }

  /** These are to be evaluated, in this order, after those that were listed before. */
  record CandidatesListed(List<Listed> candidates) implements SearchDetail {
    public CandidatesListed {
      candidates = List.copyOf(candidates);
    }
  }

  record CandidatesMerging(List<String> names) implements SearchDetail {
    public CandidatesMerging {
      names = List.copyOf(names);
    }
  }

  record CandidatesMerged(List<String> names) implements SearchDetail {
    public CandidatesMerged {
      names = List.copyOf(names);
    }
  }

  /**
   * An evaluation begins, or waits for its turn to.
   *
   * @param heldOut whether its scores are reported and choose nothing
   * @param log what its evaluator prints
   */
  record EvaluationStarted(String name, boolean heldOut, Path log) implements SearchDetail {}

  /**
   * An evaluation ended; with neither scores nor a failure, it was cancelled.
   *
   * @param failure why there are no scores
   */
  record EvaluationEnded(
      String name,
      boolean heldOut,
      Optional<Scores> scores,
      Optional<String> failure,
      Duration took)
      implements SearchDetail {}
}
