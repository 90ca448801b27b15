package dev.stockpot.soce;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The greedy soup of Wortsman et al. (arXiv 2203.05482): from the best model down, each joins the
 * uniform soup if that becomes no worse. Immutable; a step names a soup, and its score gives the
 * next step.
 *
 * @param order all models, by their own scores, best first; of equal ones the first listed
 * @param kept those in the soup so far
 * @param tried how many of the order were tried
 * @param score of the soup so far
 */
public record GreedySoup(List<Integer> order, List<Integer> kept, int tried, double score) {
  public GreedySoup {
    order = List.copyOf(order);
    kept = List.copyOf(kept);
  }

  /** Begins with the best of these models. */
  public static GreedySoup start(List<Double> scores) {
    List<Integer> order =
        IntStream.range(0, scores.size())
            .boxed()
            .sorted(Comparator.comparing(scores::get, Comparator.reverseOrder()))
            .toList();
    int best = order.getFirst();
    return new GreedySoup(order, List.of(best), 1, scores.get(best));
  }

  /** The soup whose score {@link #scored} wants next; empty when every model was tried. */
  public Optional<Weights> next() {
    return tried == order.size() ? Optional.empty() : Optional.of(uniform(with(order.get(tried))));
  }

  /** The state after the score of {@link #next} is known. */
  public GreedySoup scored(double next) {
    return next >= score
        ? new GreedySoup(order, with(order.get(tried)), tried + 1, next)
        : new GreedySoup(order, kept, tried + 1, score);
  }

  /** The state after {@link #next} could not be scored: the model stays out. */
  public GreedySoup failed() {
    return new GreedySoup(order, kept, tried + 1, score);
  }

  /** The soup so far. */
  public Weights soup() {
    return uniform(kept);
  }

  private List<Integer> with(int model) {
    List<Integer> more = new ArrayList<>(kept);
    more.add(model);
    return more;
  }

  private Weights uniform(List<Integer> models) {
    return Weights.among(models, order.size());
  }
}
