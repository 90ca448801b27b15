package dev.stockpot.merge.plan;

import dev.stockpot.checkpoint.Dtype;
import java.util.List;
import java.util.Optional;

/**
 * A plan as written: paths are still text, and what was missing or wrong is empty (each with a
 * problem of its own), so that the paths that are there can be checked all the same.
 */
record PlanDraft(
    Method method,
    List<Ingredient> models,
    boolean normalize,
    Optional<Dtype> dtype,
    Optional<Located<String>> donor,
    Optional<Located<String>> output,
    long shardSize,
    NonFinitePolicy nonFinite) {

  record Ingredient(Optional<Located<String>> reference, Optional<Fraction> weight) {}
}
