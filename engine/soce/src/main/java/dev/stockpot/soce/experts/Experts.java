package dev.stockpot.soce.experts;

import dev.stockpot.soce.Quoted;
import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.SoceException;
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
    List<String> without =
        categories.stream().filter(category -> hasNoScore(candidates, category)).toList();
    if (!without.isEmpty()) {
      throw new SoceException(
          "no candidate has a score in %s %s; add %s, or leave %s out"
              .formatted(
                  without.size() == 1 ? "the category" : "these categories:",
                  Quoted.list(without),
                  without.size() == 1 ? "its scores" : "their scores",
                  without.size() == 1 ? "the category" : "the categories"));
    }
    return categories.stream().map(category -> expert(candidates, category)).toList();
  }

  private static boolean hasNoScore(ScoreTable candidates, String category) {
    return candidates.models().stream()
        .allMatch(model -> candidates.score(model, category).isEmpty());
  }

  /** The experts' models, each once, in the candidates' order. */
  public static List<String> models(ScoreTable candidates, List<Expert> experts) {
    Set<String> chosen = experts.stream().map(Expert::model).collect(Collectors.toSet());
    return candidates.models().stream().filter(chosen::contains).toList();
  }

  private static Expert expert(ScoreTable candidates, String category) {
    String best = "";
    double highest = Double.NEGATIVE_INFINITY;
    List<String> tied = new ArrayList<>();
    List<String> unscored = new ArrayList<>();
    for (String model : candidates.models()) {
      OptionalDouble score = candidates.score(model, category);
      if (score.isEmpty()) {
        unscored.add(model);
      } else if (score.getAsDouble() > highest) {
        best = model;
        highest = score.getAsDouble();
        tied.clear();
      } else if (score.getAsDouble() == highest) {
        tied.add(model);
      }
    }
    return new Expert(category, best, highest, tied, unscored);
  }
}
