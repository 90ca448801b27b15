package dev.stockpot.benchmarks.gpu;

import dev.stockpot.benchmarks.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** What was found, as a table that is printed last. */
final class Report {

  private enum Verdict {
    OK,
    FAILED,
    MISSED,
    SKIPPED
  }

  private record Row(String what, String found, Verdict verdict) {}

  private final List<Row> rows = new ArrayList<>();
  private final long start = System.nanoTime();

  /** Something that is measured, and may tell several figures. */
  interface Measurement {
    void run() throws Exception;
  }

  /**
   * What does not hold fails, as does whatever throws; the rest is looked at all the same.
   *
   * @param check answers a line about what was looked at
   */
  void check(String what, Callable<String> check) {
    measure(what, () -> add(what, check.call(), Verdict.OK));
  }

  /** Figures are told by the methods below. */
  @SuppressWarnings("CatchAndPrintStackTrace") // Nobody comes to this machine again to look.
  void measure(String what, Measurement measurement) {
    Figures.line("[%d s] %s ...", (System.nanoTime() - start) / 1_000_000_000, what);
    try {
      measurement.run();
    } catch (Exception | Error e) {
      e.printStackTrace();
      add(what, String.valueOf(e), Verdict.FAILED);
    }
  }

  void skip(String what, String why) {
    add(what, why, Verdict.SKIPPED);
  }

  void figure(String what, String found) {
    add(what, found, Verdict.OK);
  }

  /** A ratio that must not pass a bar. */
  void atMost(String what, double ratio, double bar, String found) {
    String text = String.format(Locale.ROOT, "%.2f, bar %.2f; %s", ratio, bar, found);
    add(what, text, ratio <= bar ? Verdict.OK : Verdict.MISSED);
  }

  private void add(String what, String found, Verdict verdict) {
    rows.add(new Row(what, found, verdict));
    Figures.line("%s: %s", what, found);
  }

  /**
   * Prints the table.
   *
   * @return whether everything holds; a bar that is missed is a figure and no failure
   */
  boolean tell() {
    Figures.line("");
    int width = rows.stream().mapToInt(row -> row.what().length()).max().orElse(0);
    for (Row row : rows) {
      Figures.line("%-" + width + "s  %-7s  %s", row.what(), row.verdict(), row.found());
    }
    return rows.stream().noneMatch(row -> row.verdict() == Verdict.FAILED);
  }
}
