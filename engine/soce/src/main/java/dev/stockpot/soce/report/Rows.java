package dev.stockpot.soce.report;

import java.util.ArrayList;
import java.util.List;

/** A table of a page; columns whose head begins with {@code #} hold numbers. */
final class Rows {
  private final List<String> heads;
  private final StringBuilder rows = new StringBuilder();

  Rows(List<String> heads) {
    this.heads = heads.stream().map(head -> head.replaceFirst("^#", "")).toList();
    this.numbers = heads.stream().map(head -> head.startsWith("#")).toList();
  }

  private final List<Boolean> numbers;

  /** Cells as plain text. */
  void add(List<String> cells) {
    add("", cells);
  }

  /** A row that looks different: {@code chosen} or {@code failed}. */
  void add(String look, List<String> cells) {
    rows.append(look.isEmpty() ? "<tr>" : "<tr class=\"" + look + "\">");
    for (int column = 0; column < cells.size(); column++) {
      rows.append(cell("td", column, cells.get(column)));
    }
    rows.append("</tr>\n");
  }

  String render() {
    List<String> head = new ArrayList<>();
    for (int column = 0; column < heads.size(); column++) {
      head.add(cell("th", column, heads.get(column)));
    }
    return "<table><thead><tr>%s</tr></thead>\n<tbody>\n%s</tbody></table>"
        .formatted(String.join("", head), rows);
  }

  private String cell(String tag, int column, String text) {
    String look = numbers.get(column) ? " class=\"number\"" : "";
    return "<%s%s>%s</%s>".formatted(tag, look, Page.escape(text), tag);
  }
}
