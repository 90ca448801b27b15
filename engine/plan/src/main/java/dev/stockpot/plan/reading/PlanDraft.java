package dev.stockpot.plan.reading;

import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.Method;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.plan.OutputDtypes;
import dev.stockpot.plan.yaml.Place;
import dev.stockpot.plan.yaml.Place.Located;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A plan as written: paths are still text, and what was missing or wrong is empty (each with a
 * problem of its own), so that the paths that are there can be checked all the same.
 *
 * @param place where the document starts
 * @param search present if this is the plan of a search; its models have no weights
 */
record PlanDraft(
    Method method,
    List<Ingredient> models,
    boolean normalize,
    OutputDtypes dtypes,
    Optional<Located<String>> donor,
    Optional<Located<String>> output,
    long shardSize,
    NonFinitePolicy nonFinite,
    Place place,
    Optional<SearchDraft> search) {

  /**
   * A model's entry.
   *
   * @param weight of a merge
   * @param name of a search: what the score table calls the model
   */
  record Ingredient(
      Optional<Located<String>> reference,
      Optional<Fraction> weight,
      Optional<Located<String>> name) {
    static final Ingredient NOTHING =
        new Ingredient(Optional.empty(), Optional.empty(), Optional.empty());

    /** Without a name of its own, a model is called like its directory. */
    String nameOrDirectory() {
      String written = reference.map(Located::value).orElse("");
      return name.map(Located::value)
          .orElseGet(() -> String.valueOf(Path.of(written).normalize().getFileName()));
    }
  }
}
