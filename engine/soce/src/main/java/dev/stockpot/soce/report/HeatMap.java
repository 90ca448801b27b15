package dev.stockpot.soce.report;

import dev.stockpot.soce.experts.Correlation;
import dev.stockpot.soce.experts.CorrelationMatrix;
import java.util.List;
import java.util.Locale;
import java.util.function.DoublePredicate;

/**
 * A correlation matrix as an image: the stronger, the fuller the colour, one colour for each sign.
 * Full colours bear white text on a light page and on a dark one.
 */
final class HeatMap {
  private static final int CELL_WIDTH = 46;
  private static final int CELL_HEIGHT = 28;
  private static final int TOP = 24;
  private static final int CHARACTER = 7;
  private static final int LONGEST = 44;

  private HeatMap() {}

  /**
   * Draws a matrix as SVG.
   *
   * @param low the coefficients to mark
   */
  static String svg(CorrelationMatrix matrix, DoublePredicate low) {
    List<String> names = matrix.categories();
    int left =
        30
            + CHARACTER
                * names.stream().mapToInt(name -> Math.min(LONGEST, name.length())).max().orElse(0);
    int width = left + names.size() * CELL_WIDTH + 4;
    int height = TOP + names.size() * CELL_HEIGHT + 4;
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"Correlation of categories\">\n"
            .formatted(width, height, width, height));
    for (int i = 0; i < names.size(); i++) {
      text(svg, "quiet", "middle", left + i * CELL_WIDTH + CELL_WIDTH / 2, TOP - 8, "" + (i + 1));
      text(svg, "", "end", left - 8, y(i) + 18, (i + 1) + "  " + cut(names.get(i)));
    }
    StringBuilder marks = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      for (int j = 0; j < names.size(); j++) {
        cell(svg, matrix, i, j, left + j * CELL_WIDTH, y(i));
        if (i != j && matrix.of(i, j).stream().anyMatch(low)) {
          rectangle(marks, "low", 1, left + j * CELL_WIDTH, y(i), "");
        }
      }
    }
    return svg.append(marks).append("</svg>").toString();
  }

  private static int y(int row) {
    return TOP + row * CELL_HEIGHT;
  }

  private static void cell(
      StringBuilder svg, CorrelationMatrix matrix, int i, int j, int x, int y) {
    String pair = matrix.categories().get(i) + " and " + matrix.categories().get(j) + ": ";
    switch (matrix.cell(i, j)) {
      case Correlation.Known(double rho, int models) -> {
        String title = pair + Page.decimals(4, rho) + " over " + models + " models";
        double strength = Math.abs(rho);
        rectangle(svg, rho < 0 ? "negative" : "positive", strength, x, y, title);
        String number = Page.decimals(2, rho);
        text(svg, strength > 0.6 ? "on" : "", "middle", x + CELL_WIDTH / 2, y + 18, number);
      }
      case Correlation.Unknown unknown -> {
        rectangle(svg, "gap", 1, x, y, pair + unknown.reason());
        text(svg, "quiet", "middle", x + CELL_WIDTH / 2, y + 18, "?");
      }
    }
  }

  private static void rectangle(
      StringBuilder svg, String look, double opacity, int x, int y, String title) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" fill-opacity=\"%.3f\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">%s</rect>\n",
            look,
            opacity,
            x + 1,
            y + 1,
            CELL_WIDTH - 2,
            CELL_HEIGHT - 2,
            title.isEmpty() ? "" : "<title>" + Page.escape(title) + "</title>"));
  }

  private static void text(
      StringBuilder svg, String look, String anchor, int x, int y, String text) {
    svg.append(
        "<text class=\"%s\" text-anchor=\"%s\" x=\"%d\" y=\"%d\" pointer-events=\"none\">%s</text>\n"
            .formatted(look, anchor, x, y, Page.escape(text)));
  }

  private static String cut(String name) {
    return name.length() <= LONGEST ? name : name.substring(0, LONGEST - 1) + "…";
  }
}
