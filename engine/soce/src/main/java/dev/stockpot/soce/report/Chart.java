package dev.stockpot.soce.report;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Plots of a few numbers as SVG, in the page's colours. */
final class Chart {
  private static final int WIDTH = 760;
  private static final int BAR_HEIGHT = 26;
  private static final int CHARACTER = 7;
  private static final int LONGEST = 40;
  private static final int NUMBERS = 140;
  private static final int PLOT_HEIGHT = 240;
  private static final int MARGIN = 48;

  private Chart() {}

  /**
   * A bar to the left or right of 0.
   *
   * @param error half the length of its whisker
   */
  record Bar(String name, double value, OptionalDouble error) {}

  /** A point of a plot; {@code marked} ones stand out. */
  record Dot(String name, double value, boolean marked) {}

  /** A horizontal line across a plot. */
  record Level(String name, double value) {}

  /** One bar below the other, on a common scale, with signed numbers. */
  static String bars(String label, List<Bar> bars) {
    int left =
        16
            + CHARACTER
                * bars.stream()
                    .mapToInt(bar -> Math.min(LONGEST, bar.name().length()))
                    .max()
                    .orElse(0);
    double low =
        Math.min(
            0,
            bars.stream().mapToDouble(bar -> bar.value() - bar.error().orElse(0)).min().orElse(0));
    double high =
        Math.max(
            0,
            bars.stream().mapToDouble(bar -> bar.value() + bar.error().orElse(0)).max().orElse(0));
    double scale = (WIDTH - left - NUMBERS) / Math.max(high - low, Double.MIN_NORMAL);
    double zero = left - low * scale;
    int height = bars.size() * BAR_HEIGHT + 4;
    StringBuilder svg = begun(label, height);
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      int y = i * BAR_HEIGHT;
      double end = zero + bar.value() * scale;
      text(svg, "end", left - 8, y + 18, cut(bar.name()));
      rectangle(
          svg,
          bar.value() < 0 ? "positive" : "negative",
          Math.min(zero, end),
          y + 4,
          Math.abs(end - zero),
          BAR_HEIGHT - 8);
      bar.error()
          .ifPresent(error ->
              line(svg, "error", end - error * scale, y + 13, end + error * scale, y + 13));
      double behind = Math.max(zero, end + bar.error().orElse(0) * scale);
      text(svg, "start", behind + 6, y + 18, signed(bar));
    }
    line(svg, "axis", zero, 0, zero, height);
    return svg.append("</svg>").toString();
  }

  /** Points from left to right in their order, and levels to compare them with. */
  static String dots(String label, List<Dot> dots, List<Level> levels) {
    double low =
        Math.min(least(dots), levels.stream().mapToDouble(Level::value).min().orElse(least(dots)));
    double high =
        Math.max(most(dots), levels.stream().mapToDouble(Level::value).max().orElse(most(dots)));
    double scale = (PLOT_HEIGHT - 24) / Math.max(high - low, Double.MIN_NORMAL);
    int right = WIDTH - 200;
    double apart = (double) (right - MARGIN - 12) / Math.max(1, dots.size() - 1);
    StringBuilder svg = begun(label, PLOT_HEIGHT);
    text(svg, "end", MARGIN - 6, 16, Page.score(high));
    text(svg, "end", MARGIN - 6, PLOT_HEIGHT - 8, Page.score(low));
    double free = 0;
    for (Level level :
        levels.stream().sorted((a, b) -> Double.compare(b.value(), a.value())).toList()) {
      double y = 12 + (high - level.value()) * scale;
      line(svg, "axis", MARGIN, y, right, y);
      free = Math.max(free + 14, y + 4);
      text(svg, "start", right + 6, free, cut(level.name()));
    }
    for (int i = 0; i < dots.size(); i++) {
      Dot dot = dots.get(i);
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"><title>%s: %s</title></circle>\n",
              dot.marked() ? "best" : "bar",
              MARGIN + 6 + i * apart,
              12 + (high - dot.value()) * scale,
              dot.marked() ? 6 : 4,
              Page.escape(dot.name()),
              Page.decimals(4, dot.value())));
    }
    return svg.append("</svg>").toString();
  }

  private static double least(List<Dot> dots) {
    return dots.stream().mapToDouble(Dot::value).min().orElse(0);
  }

  private static double most(List<Dot> dots) {
    return dots.stream().mapToDouble(Dot::value).max().orElse(0);
  }

  private static String signed(Bar bar) {
    String value = (bar.value() > 0 ? "+" : "") + Page.score(bar.value());
    return bar.error().isPresent() ? value + " ± " + Page.score(bar.error().getAsDouble()) : value;
  }

  private static StringBuilder begun(String label, int height) {
    return new StringBuilder(
        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(WIDTH, height, WIDTH, height, Page.escape(label)));
  }

  private static void rectangle(
      StringBuilder svg, String look, double x, double y, double width, double height) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
            look,
            x,
            y,
            width,
            height));
  }

  private static void line(
      StringBuilder svg, String look, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
            look,
            x1,
            y1,
            x2,
            y2));
  }

  private static void text(StringBuilder svg, String anchor, double x, double y, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
            anchor,
            x,
            y,
            Page.escape(text)));
  }

  private static String cut(String name) {
    return name.length() <= LONGEST ? name : name.substring(0, LONGEST - 1) + "…";
  }
}
