package dev.stockpot.plan;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One weighted average of a plan's models. Several of them over the same models are made in one
 * pass over the inputs.
 *
 * @param name of its directory below the plan's output; empty for the one soup of a plain merge,
 *     whose files lie in the output itself
 * @param weights one for each model of the plan, in its order, as a plan would write them: exact,
 *     and 0 for a model that adds nothing, not even a NaN
 */
public record Soup(String name, List<Fraction> weights) {

  private static final Pattern NAME = Pattern.compile("|[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  public Soup {
    weights = List.copyOf(weights);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a soup cannot be named '%s': give it up to 100 letters, digits, '.', '_' or '-'"
              .formatted(name));
    }
    if (weights.stream().allMatch(weight -> weight.signum() == 0)) {
      throw new IllegalArgumentException("soup '%s' is made of nothing".formatted(name));
    }
  }

  /** The one soup of a plain merge: the models with the plan's own weights. */
  public static Soup of(MergePlan plan) {
    return new Soup("", plan.models().stream().map(MergePlan.Ingredient::weight).toList());
  }
}
