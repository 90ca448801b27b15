package dev.stockpot.checkpoint.problem;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Text of others made fit for people: what comes from files, from programs and over the network may
 * hold line breaks, terminal escapes, characters that turn the text around, or millions of
 * characters. This is the one rule, for terminals, logs and pages; JSON needs none.
 */
public final class Printable {
  private static final int LONGEST = 200;
  private static final int MOST_DIMENSIONS = 16;
  private static final Pattern PLAIN_WORD = Pattern.compile("[\\p{L}\\p{N}_./@%+=:,-]+");

  private Printable() {}

  /** The text in one line, cut at 200 characters. */
  public static String text(String raw) {
    return text(raw, LONGEST);
  }

  /** The text in one line, cut after so many characters, which it then tells. */
  public static String text(String raw, int longest) {
    if (raw.length() <= longest) {
      return line(raw);
    }
    int end = raw.offsetByCodePoints(0, raw.codePointCount(0, longest));
    return line(raw.substring(0, end)) + "… (" + raw.length() + " characters)";
  }

  /** The text in one line: line breaks are escaped, and so is whatever {@link #isShown} denies. */
  public static String line(String raw) {
    return escaped(raw, "");
  }

  /** The text with its line breaks and tabs, and all else as in {@link #line}. */
  public static String lines(String raw) {
    return escaped(raw, "\n\t");
  }

  /** The same, every line but the first after so many spaces, so that none passes for ours. */
  public static String indented(String raw, int spaces) {
    return lines(raw).replace("\n", "\n" + " ".repeat(spaces));
  }

  /** The text in one line, in single quotes, cut at 200 characters. */
  public static String quoted(String raw) {
    return "'" + text(raw) + "'";
  }

  /** The text in one line, and without a meaning in Markdown. */
  public static String markdown(String raw) {
    return line(raw).replaceAll("[\\\\`*\\[\\]<>|&]", "\\\\$0");
  }

  /**
   * The text as one word of a command that a person may copy into a shell: in quotes where it needs
   * them, so that a shell obeys nothing in it.
   */
  public static String word(String raw) {
    String line = line(raw);
    return PLAIN_WORD.matcher(line).matches() ? line : "'" + line.replace("'", "'\\''") + "'";
  }

  private static String escaped(String raw, String kept) {
    if (raw.codePoints().allMatch(c -> isShown(c) || kept.indexOf(c) >= 0)) {
      return raw;
    }
    StringBuilder out = new StringBuilder(raw.length() + 16);
    raw.codePoints()
        .forEach(c -> {
          if (isShown(c) || kept.indexOf(c) >= 0) {
            out.appendCodePoint(c);
          } else {
            out.append("\\u%04x".formatted(c));
          }
        });
    return out.toString();
  }

  /**
   * Whether the character shows as itself and does nothing else: no control character (C0, DEL,
   * C1), none that formats, such as those that override the direction, no line or paragraph
   * separator, and no half of a surrogate pair.
   */
  public static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** {@code [4096, 128]}, cut after 16 dimensions. */
  public static String shape(List<Long> shape) {
    if (shape.size() <= MOST_DIMENSIONS) {
      return shape.toString();
    }
    String head = shape.subList(0, MOST_DIMENSIONS).toString();
    return head.substring(0, head.length() - 1) + ", … (" + shape.size() + " dimensions)]";
  }
}
