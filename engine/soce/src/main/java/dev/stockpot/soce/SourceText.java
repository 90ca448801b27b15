package dev.stockpot.soce;

/**
 * A file's text, and how to name a place in it.
 *
 * @param text a byte order mark at its start is dropped, and counts as no column
 */
record SourceText(String file, String text) {
  SourceText {
    text = text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  ScoreTableException problem(long line, long column, String message) {
    return new ScoreTableException("%s:%d:%d: %s".formatted(file, line, column, message));
  }

  ScoreTableException problem(String message) {
    return new ScoreTableException(file + ": " + message);
  }
}
