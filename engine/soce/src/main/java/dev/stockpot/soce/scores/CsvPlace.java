package dev.stockpot.soce.scores;

/** Where a field begins in the text; lines and columns count from 1, columns in characters. */
record CsvPlace(long line, long column) {

  /** Of a record that begins on {@code recordLine}, the field of this place, counted from 0. */
  static CsvPlace of(String text, char separator, long recordLine, int field) {
    long line = 1;
    long column = 1;
    int separators = 0;
    boolean quoted = false;
    for (int i = 0; i < text.length(); ) {
      if (line >= recordLine && separators == field) {
        break;
      }
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      boolean lineBreak = c == '\n' || (c == '\r' && !text.startsWith("\n", i));
      if (line >= recordLine) {
        if (c == '"') {
          quoted = !quoted;
        } else if (!quoted && c == separator) {
          separators++;
        } else if (!quoted && (lineBreak || c == '\r')) {
          break;
        }
      }
      line += lineBreak ? 1 : 0;
      column = lineBreak ? 1 : column + 1;
    }
    return new CsvPlace(line, column);
  }
}
