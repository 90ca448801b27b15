package dev.stockpot.soce;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What stands at one place of a file.
 *
 * @param problem makes an exception at this place of a message
 */
record Cell(String text, Function<String, SoceException> problem) {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?");

  /** How tables, pandas and spreadsheets write that there is nothing. */
  private static final Set<String> MISSING =
      Set.of("", "n/a", "na", "nan", "null", "none", "-", "–", "—");

  boolean isMissing() {
    return MISSING.contains(text.strip().toLowerCase(Locale.ROOT));
  }

  /** Neither a number nor missing. */
  boolean isWord() {
    return number().isEmpty() && !isMissing();
  }

  /** The number of {@code 71.3} and of {@code 71.3%}: 71.3. Empty for anything else. */
  OptionalDouble number() {
    String stripped = text.strip();
    String digits =
        stripped.endsWith("%") ? stripped.substring(0, stripped.length() - 1).strip() : stripped;
    if (!NUMBER.matcher(digits).matches()) {
      return OptionalDouble.empty();
    }
    double value = Double.parseDouble(digits);
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  /** The score that stands here, or empty if none does; {@code category} is for the message. */
  OptionalDouble score(String category) {
    if (isWord()) {
      throw problem.apply(
          "%s in the category %s is not a number; write one such as 71.3 or 71.3%%, or leave it empty"
              .formatted(Quoted.text(text), Quoted.text(category)));
    }
    return number();
  }
}
