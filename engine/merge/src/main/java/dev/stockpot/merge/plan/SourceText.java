package dev.stockpot.merge.plan;

import java.util.ArrayList;
import java.util.List;

/** A plan's text, cut into lines as YAML cuts it: at LF, CRLF and CR. */
final class SourceText {
  private static final int MAX_SHOWN = 100;
  private static final int SHOWN_BEFORE = 60;

  private final String name;
  private final String text;
  private final List<Integer> lineStarts = new ArrayList<>();

  /** A byte order mark at the start is dropped, and counts as no column. */
  SourceText(String name, String text) {
    this.name = name;
    this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    lineStarts.add(0);
    for (int i = 0; i < this.text.length(); i++) {
      char c = this.text.charAt(i);
      boolean crOfCrlf = c == '\r' && i + 1 < this.text.length() && this.text.charAt(i + 1) == '\n';
      if (c == '\n' || (c == '\r' && !crOfCrlf)) {
        lineStarts.add(i + 1);
      }
    }
  }

  String text() {
    return text;
  }

  /** The place of the code point with this index; past the end, the end. */
  Place placeOfCodePoint(int index) {
    int line = 1;
    int column = 1;
    for (int i = 0, seen = 0; i < text.length() && seen < index; seen++) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (line < lineStarts.size() && i >= lineStarts.get(line)) {
        line++;
        column = 1;
      } else {
        column++;
      }
    }
    return new Place(line, column);
  }

  /** Where only empty lines follow, the problem is shown at the last line that says something. */
  PlanProblem problem(Place at, String message) {
    Place place = at;
    while (place.line() > 1 && line(place.line()).isBlank()) {
      place = new Place(place.line() - 1, 1);
    }
    return new PlanProblem(name, place.line(), place.column(), message, snippet(place));
  }

  /** The line and a caret below it; of a long line only what is around the caret. */
  private String snippet(Place place) {
    int[] line = line(place.line()).codePoints().toArray();
    int caret = Math.min(place.column() - 1, line.length);
    int from = line.length <= MAX_SHOWN ? 0 : Math.max(0, caret - SHOWN_BEFORE);
    int to = Math.min(line.length, from + MAX_SHOWN);
    StringBuilder shown = new StringBuilder();
    StringBuilder below = new StringBuilder();
    if (from > 0) {
      shown.append("...");
      below.append("   ");
    }
    for (int i = from; i < to; i++) {
      boolean tab = line[i] == '\t';
      shown.appendCodePoint(!tab && Wording.isInvisible(line[i]) ? '\uFFFD' : line[i]);
      if (i < caret) {
        below.append(tab ? '\t' : ' ');
      }
    }
    if (to < line.length) {
      shown.append("...");
    }
    return shown + "\n" + below + "^";
  }

  private String line(int number) {
    if (number > lineStarts.size()) {
      return "";
    }
    int start = lineStarts.get(number - 1);
    int end = number < lineStarts.size() ? lineStarts.get(number) : text.length();
    while (end > start && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
      end--;
    }
    return text.substring(start, end);
  }
}
