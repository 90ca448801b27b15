package dev.stockpot.soce;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a search makes as large as it can: a number from the scores of one soup. An average of
 * categories, of averages, and so on, because leaderboards nest.
 */
public sealed interface Objective {

  /**
   * The objective's value for the scores of one soup, by category.
   *
   * @throws SoceException if a category's score is missing or not finite, naming the category
   */
  double of(Map<String, Double> scores);

  /** The categories it needs, in its order. */
  Set<String> categories();

  /** One category's score as it is. */
  record Category(String name) implements Objective {
    @Override
    public double of(Map<String, Double> scores) {
      Double score = scores.get(name);
      if (score == null) {
        throw new SoceException(
            "there is no score for the category %s, which the objective needs"
                .formatted(Quoted.text(name)));
      }
      if (!Double.isFinite(score)) {
        throw new SoceException(
            "the score for the category %s is %s".formatted(Quoted.text(name), score));
      }
      return score;
    }

    @Override
    public Set<String> categories() {
      return Set.of(name);
    }
  }

  /** A part of an average. */
  record Term(Objective objective, double weight) {
    /**
     * Checks the weight.
     *
     * @throws SoceException if it is not a finite number over 0
     */
    public Term {
      if (!(weight > 0) || Double.isInfinite(weight)) {
        throw new SoceException(
            "the objective gives %s the weight %s; write a number over 0, or leave it out"
                .formatted(
                    objective.categories().stream()
                        .map(Quoted::text)
                        .collect(Collectors.joining(", ")),
                    weight));
      }
    }
  }

  /** Σ weight · value, divided by Σ weight. */
  record Average(List<Term> terms) implements Objective {
    /**
     * Copies the terms.
     *
     * @throws SoceException if there are none
     */
    public Average {
      terms = List.copyOf(terms);
      if (terms.isEmpty()) {
        throw new SoceException("the objective averages nothing; name categories");
      }
    }

    @Override
    public double of(Map<String, Double> scores) {
      double sum = 0;
      double weights = 0;
      for (Term term : terms) {
        sum += term.weight() * term.objective().of(scores);
        weights += term.weight();
      }
      return sum / weights;
    }

    @Override
    public Set<String> categories() {
      Set<String> names = new LinkedHashSet<>();
      terms.forEach(term -> names.addAll(term.objective().categories()));
      return names;
    }
  }

  /** The mean of these categories; maximal where the paper's sum is. */
  static Objective mean(List<String> categories) {
    return average(categories.stream().<Objective>map(Category::new).toList());
  }

  /** The mean of these categories, each with its weight; in the order of the map. */
  static Objective weighted(Map<String, Double> weights) {
    return new Average(
        weights.entrySet().stream()
            .map(entry -> new Term(new Category(entry.getKey()), entry.getValue()))
            .toList());
  }

  /** The plain mean of these objectives: a group of categories, or of groups. */
  static Objective average(List<Objective> members) {
    return new Average(members.stream().map(member -> new Term(member, 1)).toList());
  }
}
