package dev.stockpot.soce;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the expert of each category among candidates. */
public final class Experts {
  private Experts() {}

  /**
   * One expert for each category, in the order given; of equal scores the first listed wins.
   *
   * @throws SoceException if a category is not in the table, or no candidate has a score in it
   */
  public static List<Expert> of(ScoreTable candidates, List<String> categories) {
    return categories.stream().map(category -> expert(candidates, category)).toList();
  }

  /** The experts' models, each once, in the candidates' order. */
  public static List<String> models(ScoreTable candidates, List<Expert> experts) {
    Set<String> chosen = experts.stream().map(Expert::model).collect(Collectors.toSet());
    return candidates.models().stream().filter(chosen::contains).toList();
  }

  private static Expert expert(ScoreTable candidates, String category) {
    String best = null;
    double highest = Double.NEGATIVE_INFINITY;
    List<String> tied = new ArrayList<>();
    List<String> unscored = new ArrayList<>();
    for (String model : candidates.models()) {
      OptionalDouble score = candidates.score(model, category);
      if (score.isEmpty()) {
        unscored.add(model);
      } else if (best == null || score.getAsDouble() > highest) {
        best = model;
        highest = score.getAsDouble();
        tied.clear();
      } else if (score.getAsDouble() == highest) {
        tied.add(model);
      }
    }
    if (best == null) {
      throw new SoceException(
          "no candidate has a score in the category "
              + Quoted.text(category)
              + "; add its scores, or leave the category out");
    }
    return new Expert(category, best, highest, tied, unscored);
  }
}
