package dev.stockpot.soce.experts;

import dev.stockpot.soce.Quoted;
import java.util.List;
import java.util.OptionalDouble;

/** How the scores of two categories move together across models, or why that cannot be said. */
public sealed interface Correlation {

  /** Pearson's coefficient, where there is one. */
  default OptionalDouble coefficient() {
    return this instanceof Known(double rho, _) ? OptionalDouble.of(rho) : OptionalDouble.empty();
  }

  /**
   * Pearson's coefficient.
   *
   * @param rho from −1 to 1
   * @param models how many have a score in both categories
   */
  record Known(double rho, int models) implements Correlation {}

  /** Why there is no coefficient. */
  sealed interface Unknown extends Correlation {
    /** In words, such as {@code only 2 models have both scores}. */
    String reason();
  }

  /**
   * All models with scores in both have the same score in these categories, one of the two or both.
   */
  record Constant(List<String> categories, int models) implements Unknown {
    public Constant {
      categories = List.copyOf(categories);
    }

    @Override
    public String reason() {
      return "all %d models have the same score in %s"
          .formatted(
              models, String.join(" and in ", categories.stream().map(Quoted::text).toList()));
    }
  }

  /** Fewer than three models have a score in both; two always correlate perfectly. */
  record TooFewModels(int models) implements Unknown {
    @Override
    public String reason() {
      return switch (models) {
        case 0 -> "no model has both scores";
        case 1 -> "only 1 model has both scores";
        default -> "only " + models + " models have both scores";
      };
    }
  }
}
