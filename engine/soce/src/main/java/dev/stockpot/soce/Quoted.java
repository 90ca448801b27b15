package dev.stockpot.soce;

import dev.stockpot.checkpoint.problem.Printable;
import java.util.Collection;
import java.util.stream.Collectors;

/** Names from files as messages show them. */
public final class Quoted {
  private static final int LONGEST = 80;
  private static final int MOST_NAMES = 12;

  private Quoted() {}

  /** In single quotes, in one line, cut after 80 characters. */
  public static String text(String raw) {
    boolean cut = raw.codePointCount(0, raw.length()) > LONGEST;
    String shown = cut ? raw.substring(0, raw.offsetByCodePoints(0, LONGEST)) : raw;
    return "'" + Printable.line(shown) + (cut ? "…'" : "'");
  }

  /** The first of these names, quoted, and how many more there are. */
  public static String list(Collection<String> names) {
    String shown =
        names.stream().limit(MOST_NAMES).map(Quoted::text).collect(Collectors.joining(", "));
    int more = names.size() - MOST_NAMES;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }
}
