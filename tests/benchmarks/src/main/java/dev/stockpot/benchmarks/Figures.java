package dev.stockpot.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Prints figures, and takes their medians. */
public final class Figures {

  private Figures() {}

  public static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  @SuppressWarnings({"AnnotateFormatMethod", "SystemOut"}) // the callers' formats are constants
  public static void line(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  /** A figure beside a bar that it must not pass. */
  public static void bar(String what, double value, double bar, String unit) {
    line("%-46s %8.2f %-3s bar %.2f: %s", what, value, unit, bar, value <= bar ? "met" : "MISSED");
  }

  /** A figure beside a bar that it must reach. */
  public static void atLeast(String what, double value, double bar, String unit) {
    line("%-46s %8.2f %-3s bar %.2f: %s", what, value, unit, bar, value >= bar ? "met" : "MISSED");
  }

  /** Processes that were ready to run over the last minute; figures taken on a busy host say so. */
  public static String load() {
    try {
      return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
    } catch (IOException _) {
      return "unknown";
    }
  }
}
