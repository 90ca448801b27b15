package dev.stockpot.coordinator.search;

import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.Soup;
import dev.stockpot.soce.report.SearchReport.Role;
import dev.stockpot.soce.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model or soup that a search evaluates.
 *
 * @param weights of every model of the plan
 * @param eligible whether it may become the output: the soups of the experts may
 * @param directory of a single model that is evaluated where it lies; empty for what must be merged
 * @param content names what is evaluated: the models' files, weights and dtype; 64 hex digits
 */
public record Candidate(
    Weights weights, Role role, boolean eligible, Optional<Path> directory, String content) {

  private static final int NAME_DIGITS = 20;

  /**
   * Of the directory that it is merged into; says its content, so that nothing else passes for it.
   */
  String directoryName() {
    return "soup-" + content.substring(0, NAME_DIGITS);
  }

  boolean isMerged() {
    return directory.isEmpty();
  }

  /** Whether its held-out scores are reported beside the best soup's. */
  boolean isBaseline() {
    return switch (role) {
      case MODEL, UNIFORM_OF_ALL, UNIFORM_OF_SELECTED -> true;
      case CANDIDATE, COALITION -> false;
    };
  }

  Soup soup() {
    return new Soup(directoryName(), fractions());
  }

  List<Fraction> fractions() {
    return weights.numerators().stream()
        .map(numerator -> Fraction.of(numerator, weights.denominator()))
        .toList();
  }
}
