package dev.stockpot.soce;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** Names from files as messages show them. */
final class Quoted {
  private static final int LONGEST = 80;
  private static final int MOST_NAMES = 12;

  private Quoted() {}

  /** In single quotes, cut after 80 characters; what a terminal would obey is escaped. */
  static String text(String raw) {
    StringBuilder quoted = new StringBuilder("'");
    raw.codePoints()
        .limit(LONGEST)
        .forEach(c -> {
          switch (Character.getType(c)) {
            case Character.CONTROL,
                Character.FORMAT,
                Character.SURROGATE,
                Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR ->
                quoted.append(String.format(Locale.ROOT, "\\u%04x", c));
            default -> quoted.appendCodePoint(c);
          }
        });
    boolean cut = raw.codePointCount(0, raw.length()) > LONGEST;
    return quoted.append(cut ? "…'" : "'").toString();
  }

  /** The first of these names, quoted, and how many more there are. */
  static String list(Collection<String> names) {
    String shown =
        names.stream().limit(MOST_NAMES).map(Quoted::text).collect(Collectors.joining(", "));
    int more = names.size() - MOST_NAMES;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }
}
