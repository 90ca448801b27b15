package dev.stockpot.coordinator.search;

import dev.stockpot.plan.SearchPlan;
import dev.stockpot.soce.report.SearchReport.Role;
import dev.stockpot.soce.weights.Refinement;
import dev.stockpot.soce.weights.Shapley;
import dev.stockpot.soce.weights.ShapleyGame;
import dev.stockpot.soce.weights.Weights;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * What is evaluated after the grid: rounds of finer weights around the best so far, and at last the
 * coalitions that Shapley values need. The same scores give the same rounds.
 */
final class FurtherCandidates {

  /** Orders that are sampled where there are too many players for exact values. */
  private static final int SAMPLED_ORDERS = 50;

  private static final long SAMPLING_SEED = 20_251_113;
  private static final BigDecimal TWO = BigDecimal.valueOf(2);

  private final Search search;
  private BigDecimal step;
  private Optional<Weights> around = Optional.empty();
  private boolean coalitionsNamed;

  FurtherCandidates(Search search) {
    this.search = search;
    this.step = grid().step();
  }

  private SearchPlan.Grid grid() {
    return search.plan().search().weights();
  }

  /**
   * The next round; empty when there is none. Some of it may be known already.
   *
   * @param best of all models; empty if nothing that may become the output has scores
   */
  List<Candidate> next(Optional<Weights> best) {
    if (best.isPresent() && refines(best.get())) {
      around = best;
      Weights ofExperts = search.ofExperts(best.get());
      return refinement().around(ofExperts).stream()
          .map(search::ofAll)
          .map(weights -> search.candidate(weights, Role.CANDIDATE, true))
          .toList();
    }
    if (coalitionsNamed) {
      return List.of();
    }
    coalitionsNamed = true;
    return shapley(search).stream()
        .flatMap(shapley -> shapley.soups().stream())
        .map(search::ofAll)
        .map(weights -> search.candidate(weights, Role.COALITION, false))
        .toList();
  }

  /** Whether there is a finer step, or a new best to look around at this one; chooses the step. */
  private boolean refines(Weights best) {
    boolean again =
        grid().refine() == SearchPlan.Refinement.COORDINATE
            && around.isPresent()
            && !around.get().equals(best);
    if (!again) {
      step = step.divide(TWO);
    }
    return grid().refine() != SearchPlan.Refinement.NONE
        && !coalitionsNamed
        && step.compareTo(grid().finestStep()) >= 0;
  }

  private Refinement refinement() {
    SearchPlan.Grid grid = grid();
    return grid.refine() == SearchPlan.Refinement.SUCCESSIVE
        ? new Refinement.Successive(grid.min(), grid.max(), step, 1)
        : new Refinement.Coordinate(grid.min(), grid.max(), step);
  }

  /** The values that the plan asks for, of the experts. */
  static Optional<Shapley> shapley(Search search) {
    int experts = search.experts().size();
    return switch (search.plan().search().shapley()) {
      case NONE -> Optional.empty();
      case MODELS -> Optional.of(shapley(ShapleyGame.ofModels(experts)));
      case PAIRS -> Optional.of(shapley(ShapleyGame.ofPairs(experts)));
      case TRIPLES -> Optional.of(shapley(ShapleyGame.ofTriples(experts)));
    };
  }

  private static Shapley shapley(ShapleyGame game) {
    return game.players().size() <= Shapley.MOST_EXACT_PLAYERS
        ? Shapley.exact(game)
        : Shapley.sampled(game, SAMPLED_ORDERS, SAMPLING_SEED);
  }
}
