package dev.stockpot.cli.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.Sizes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import tools.jackson.databind.JsonNode;

/** The coordinator's views in characters: what it draws as pictures elsewhere. */
final class LiveText {

  private static final String BARS = "▁▂▃▄▅▆▇█";
  private static final int NAME = 20;
  private static final int LEGEND_LEAST = 10;

  private LiveText() {}

  /** How fast, how many, and how fast it was. */
  static List<String> overview(Map<String, JsonNode> rows, int columns) {
    JsonNode rates = rows.get("rates");
    JsonNode workers = rows.get("workers");
    if (rates == null || workers == null) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "read %s/s, written %s/s, %.1f tasks/s; %d of %d workers work",
            Sizes.format(rates.path("read").asLong(0)),
            Sizes.format(rates.path("written").asLong(0)),
            rates.path("tasks").asDouble(0),
            workers.path("working").asInt(0),
            workers.path("total").asInt(0)));
    double[] written =
        rows.entrySet().stream()
            .filter(row -> row.getKey().startsWith("sample/"))
            .map(Map.Entry::getValue)
            .sorted(Comparator.comparingLong(sample -> sample.path("t").asLong(0)))
            .mapToDouble(sample -> sample.path("written").asDouble(0))
            .toArray();
    double most = DoubleStream.of(written).max().orElse(0);
    if (most > 0) {
      String name = "written";
      int room = Math.max(LEGEND_LEAST, columns - name.length() - 2);
      StringBuilder line = new StringBuilder(name).append("  ");
      for (int i = Math.max(0, written.length - room); i < written.length; i++) {
        line.append(BARS.charAt((int) Math.round(written[i] / most * (BARS.length() - 1))));
      }
      lines.add(line.toString());
    }
    return lines;
  }

  /**
   * Who did what when, for a job: a line for each device, and what the characters mean.
   *
   * @param most lines for devices
   */
  static List<String> timeline(Map<String, JsonNode> rows, int columns, int most) {
    JsonNode span = rows.get("span");
    List<String> lanes =
        rows.keySet().stream()
            .filter(key -> key.startsWith("lane/"))
            .map(key -> key.substring("lane/".length()))
            .toList();
    if (span == null || lanes.isEmpty() || most < 1) {
      return List.of();
    }
    int last =
        rows.keySet().stream()
            .filter(key -> key.startsWith("cell/"))
            .mapToInt(key -> Integer.parseInt(key.split("/", 3)[1]))
            .max()
            .orElse(0);
    long step = span.path("step").asLong(1);
    int room = Math.max(LEGEND_LEAST, columns - NAME - 2);
    int each = Math.ceilDiv(last + 1, room);
    List<String> lines = new ArrayList<>();
    for (String lane : lanes.subList(0, Math.min(most, lanes.size()))) {
      StringBuilder line = new StringBuilder(name(lane)).append("  ");
      for (int from = 0; from <= last; from += each) {
        line.append(character(rows, lane, from, Math.min(last + 1, from + each), step));
      }
      lines.add(line.toString());
    }
    if (lanes.size() > most) {
      lines.add("and " + (lanes.size() - most) + " more");
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "█ merging  ▓ writing  ▒ reading  · waiting; a character is %.2f s",
            each * step / 1e3));
    return lines;
  }

  private static String name(String lane) {
    String shown = Printable.line(lane);
    return shown.length() > NAME
        ? "…" + shown.substring(shown.length() - NAME + 1)
        : shown + " ".repeat(NAME - shown.length());
  }

  /** What the device's threads did most of the time; a space where it had nothing to do. */
  private static char character(
      Map<String, JsonNode> rows, String lane, int from, int to, long step) {
    long read = 0;
    long merge = 0;
    long write = 0;
    long leased = 0;
    for (int i = from; i < to; i++) {
      JsonNode cell = rows.get("cell/" + i + "/" + lane);
      if (cell != null) {
        read += cell.path(3).asLong(0);
        merge += cell.path(4).asLong(0);
        write += cell.path(5).asLong(0);
        leased += cell.path(6).asLong(0);
      }
    }
    long tenth = (to - from) * step * 1_000_000 / 10;
    if (read + merge + write < tenth) {
      return leased * 1_000_000 < tenth ? ' ' : '·';
    }
    return merge >= read && merge >= write ? '█' : write >= read ? '▓' : '▒';
  }
}
