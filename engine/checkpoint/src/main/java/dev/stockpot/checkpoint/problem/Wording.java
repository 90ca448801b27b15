package dev.stockpot.checkpoint.problem;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** How messages quote what they found and propose what was meant. */
public final class Wording {
  /** Longer words are no misspelling of a key, and would cost time to compare. */
  private static final int MAX_COMPARED = 64;

  private static final int MAX_QUOTED = 80;

  private Wording() {}

  /** In single quotes, cut to a readable length, in one line. */
  public static String quoted(String text) {
    boolean cut = text.codePointCount(0, text.length()) > MAX_QUOTED;
    String shown = cut ? text.substring(0, text.offsetByCodePoints(0, MAX_QUOTED)) : text;
    return "'" + Printable.line(shown) + (cut ? "...'" : "'");
  }

  /** The candidate with the fewest edits, if they are at most a third of the longer word. */
  public static Optional<String> nearest(String written, Collection<String> candidates) {
    if (written.length() > MAX_COMPARED) {
      return Optional.empty();
    }
    String word = written.toLowerCase(Locale.ROOT);
    String best = null;
    int fewest = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      if (candidate.length() > MAX_COMPARED) {
        continue;
      }
      int edits = edits(word, candidate.toLowerCase(Locale.ROOT));
      if (edits < fewest && edits <= Math.max(1, Math.max(word.length(), candidate.length()) / 3)) {
        best = candidate;
        fewest = edits;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
  private static int edits(String a, String b) {
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          distance[i][j] = i + j;
          continue;
        }
        int replaced = distance[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int moved = 1 + Math.min(distance[i - 1][j], distance[i][j - 1]);
        distance[i][j] = Math.min(replaced, moved);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          distance[i][j] = Math.min(distance[i][j], distance[i - 2][j - 2] + 1);
        }
      }
    }
    return distance[a.length()][b.length()];
  }
}
