package dev.stockpot.plan.yaml;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.plan.yaml.InvalidPlanException.PlanProblem;
import java.util.ArrayList;
import java.util.List;

/** A plan's text, cut into lines as YAML cuts it: at LF, CRLF and CR. */
public final class SourceText {
  private static final int MAX_SHOWN = 100;
  private static final int SHOWN_BEFORE = 60;

  private final String name;
  private final String text;
  private final List<Integer> lineStarts = new ArrayList<>();

  /** A byte order mark at the start is dropped, and counts as no column. */
  public SourceText(String name, String text) {
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
  public Place placeOfCodePoint(int index) {
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

  /** A place on an empty line moves to the last line above that says something. */
  public PlanProblem problem(Place at, String message) {
    Place place = at;
    while (place.line() > 1 && isBlank(place.line())) {
      place = new Place(place.line() - 1, 1);
    }
    return new PlanProblem(name, place.line(), place.column(), message, snippet(place));
  }

  /** The line and a caret below it; of a long line only what is around the caret. */
  private String snippet(Place place) {
    int start = start(place.line());
    int end = end(place.line());
    int caret = start;
    for (int column = 1; column < place.column() && caret < end; column++) {
      caret += Character.charCount(text.codePointAt(caret));
    }
    boolean whole = end - start <= MAX_SHOWN;
    int from = whole ? start : Math.max(start, caret - SHOWN_BEFORE);
    int to = whole ? end : Math.min(end, from + MAX_SHOWN);
    StringBuilder shown = new StringBuilder();
    StringBuilder below = new StringBuilder();
    if (from > start) {
      shown.append("...");
      below.append("   ");
    }
    for (int i = from; i < to; ) {
      int c = text.codePointAt(i);
      shown.appendCodePoint(c == '\t' || Printable.isShown(c) ? c : '\uFFFD');
      if (i < caret) {
        below.append(c == '\t' ? '\t' : ' ');
      }
      i += Character.charCount(c);
    }
    if (to < end) {
      shown.append("...");
    }
    return shown + "\n" + below + "^";
  }

  private boolean isBlank(int line) {
    int end = end(line);
    for (int i = start(line); i < end; i++) {
      if (!Character.isWhitespace(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private int start(int line) {
    return line <= lineStarts.size() ? lineStarts.get(line - 1) : text.length();
  }

  /** Where the line ends, its line break left out. */
  private int end(int line) {
    int end = line < lineStarts.size() ? lineStarts.get(line) : text.length();
    while (end > start(line) && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
      end--;
    }
    return end;
  }
}
