package dev.stockpot.coordinator.search;

import dev.stockpot.soce.report.SearchReport;
import dev.stockpot.soce.report.SearchReport.Entry;
import java.util.Comparator;
import java.util.List;

/** The entries of a report, best first. */
public final class Leaderboard {

  private Leaderboard() {}

  /** Those with the same value in the order in which they were tried; failed ones last. */
  public static List<Entry> of(SearchReport report) {
    return report.entries().stream()
        .sorted(
            Comparator.comparingDouble(entry ->
                entry.scores().map(scores -> -scores.objective()).orElse(Double.POSITIVE_INFINITY)))
        .toList();
  }
}
