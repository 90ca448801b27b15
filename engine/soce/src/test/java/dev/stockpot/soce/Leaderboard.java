package dev.stockpot.soce;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * The Berkeley Function Calling Leaderboard of 2025-06-14, 109 models, from the leaderboard's
 * public CSV ({@code bfcl.csv}), and the candidates of the paper ({@code bfcl_candidates.csv}: the
 * first four of 70B, the other five of 8B).
 */
final class Leaderboard {
  static final List<String> CATEGORIES =
      List.of(
          "Non-Live AST Acc",
          "Live Acc",
          "Multi Turn Acc",
          "Relevance Detection",
          "Irrelevance Detection");

  private Leaderboard() {}

  static ScoreTable population() {
    return ScoreTables.read(file("bfcl.csv"), CATEGORIES);
  }

  static ScoreTable candidates70B() {
    ScoreTable all = candidates();
    return all.rows(all.models().subList(0, 4));
  }

  static ScoreTable candidates8B() {
    ScoreTable all = candidates();
    return all.rows(all.models().subList(4, 9));
  }

  private static ScoreTable candidates() {
    return ScoreTables.read(file("bfcl_candidates.csv"), CATEGORIES);
  }

  static Path file(String name) {
    try {
      return Path.of(Objects.requireNonNull(Leaderboard.class.getResource(name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
