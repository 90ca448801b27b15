package dev.stockpot.cli.client;

/**
 * Text that came over the network, made fit for a terminal: it may quote names from checkpoints,
 * and those may hold escapes.
 */
final class ServerText {

  private ServerText() {}

  /** The text with everything escaped that is no printable character, a line break, or a tab. */
  static String lines(String raw) {
    return escaped(raw, "\n\t");
  }

  /** The text with line breaks escaped too. */
  static String line(String raw) {
    return escaped(raw, "");
  }

  private static String escaped(String raw, String kept) {
    StringBuilder out = new StringBuilder(raw.length());
    raw.codePoints()
        .forEach(c -> {
          if (kept.indexOf(c) >= 0 || isPrintable(c)) {
            out.appendCodePoint(c);
          } else {
            out.append("\\u").append(Integer.toHexString(0x10000 | c).substring(1));
          }
        });
    return out.toString();
  }

  private static boolean isPrintable(int c) {
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
}
