package dev.stockpot.soce;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/** What the text of a cell says. */
final class Cells {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?");

  /** How tables, pandas and spreadsheets write that there is nothing. */
  private static final Set<String> MISSING =
      Set.of("", "n/a", "na", "nan", "null", "none", "-", "–", "—");

  private Cells() {}

  static boolean isMissing(String cell) {
    return MISSING.contains(cell.strip().toLowerCase(Locale.ROOT));
  }

  /** The number of {@code 71.3} and of {@code 71.3%}: 71.3. Empty for anything else. */
  static OptionalDouble number(String cell) {
    String text = cell.strip();
    String digits = text.endsWith("%") ? text.substring(0, text.length() - 1).strip() : text;
    if (!NUMBER.matcher(digits).matches()) {
      return OptionalDouble.empty();
    }
    double value = Double.parseDouble(digits);
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }
}
