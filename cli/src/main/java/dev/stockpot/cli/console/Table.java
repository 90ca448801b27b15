package dev.stockpot.cli.console;

import dev.stockpot.checkpoint.problem.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows of text under headings, aligned. On a terminal, what is too wide is cut, the widest first.
 */
public final class Table {

  private static final String GAP = "  ";
  private static final int NARROWEST = 8;

  private final List<String> heads;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... heads) {
    this.heads = List.of(heads);
  }

  public void add(String... cells) {
    if (cells.length != heads.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + heads.size() + " columns");
    }
    rows.add(IntStream.range(0, cells.length).mapToObj(i -> Printable.line(cells[i])).toList());
  }

  /** The lines, headings first. */
  public List<String> lines(Terminal terminal) {
    int[] widths =
        IntStream.range(0, heads.size())
            .map(column ->
                Math.max(
                    heads.get(column).length(),
                    rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0)))
            .toArray();
    if (terminal.out()) {
      narrow(widths, terminal.columns());
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(heads, widths, false));
    rows.forEach(row -> lines.add(line(row, widths, terminal.color())));
    return lines;
  }

  private static void narrow(int[] widths, int columns) {
    int over = IntStream.of(widths).sum() + GAP.length() * (widths.length - 1) - columns;
    while (over > 0) {
      int widest =
          IntStream.range(0, widths.length)
              .reduce((a, b) -> widths[b] > widths[a] ? b : a)
              .orElse(0);
      if (widths[widest] <= NARROWEST) {
        return;
      }
      widths[widest]--;
      over--;
    }
  }

  private static String line(List<String> cells, int[] widths, boolean color) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cut(cells.get(column), widths[column]);
      line.append(column == 0 ? "" : GAP).append(color ? colored(cell) : cell);
      if (column < widths.length - 1) {
        line.append(" ".repeat(widths[column] - cell.length()));
      }
    }
    return line.toString();
  }

  /** Loses its middle: names differ at the end, and paths at both. */
  private static String cut(String cell, int width) {
    if (cell.length() <= width) {
      return cell;
    }
    int head = (width - 1) / 2;
    return cell.substring(0, head) + "…" + cell.substring(cell.length() - (width - 1 - head));
  }

  /** The words say the same; the colour only helps to find them. */
  private static String colored(String cell) {
    String code =
        switch (cell) {
          case "done" -> "32";
          case "failed", "silent" -> "31";
          case "running", "planning", "committing", "working" -> "36";
          case "cancelled", "draining", "out" -> "33";
          default -> "";
        };
    return code.isEmpty() ? cell : "\u001b[" + code + "m" + cell + "\u001b[0m";
  }
}
