package dev.stockpot.checkpoint;

import java.util.List;

/**
 * Text from a file, made fit for a message: a header is untrusted, and its names may hold line
 * breaks, terminal escapes or millions of characters.
 */
public final class Printable {
  private static final int LONGEST = 200;
  private static final int MOST_DIMENSIONS = 16;

  private Printable() {}

  /** The text with control, format and lone surrogate characters escaped, cut at 200 characters. */
  public static String text(String raw) {
    StringBuilder out = new StringBuilder(Math.min(raw.length(), LONGEST) + 8);
    int at = 0;
    while (at < raw.length() && at < LONGEST) {
      int c = raw.codePointAt(at);
      at += Character.charCount(c);
      switch (Character.getType(c)) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.SURROGATE,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR ->
            out.append("\\u%04x".formatted(c));
        default -> out.appendCodePoint(c);
      }
    }
    if (at < raw.length()) {
      out.append("… (").append(raw.length()).append(" characters)");
    }
    return out.toString();
  }

  /** The same, in single quotes. */
  public static String quoted(String raw) {
    return "'" + text(raw) + "'";
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
