package dev.stockpot.coordinator.history;

import dev.stockpot.merge.verification.StockpotVersion;

/**
 * What a coordinator is, as a row.
 *
 * @param cluster its name; empty for a run in one process
 * @param since when it began, in milliseconds since 1970
 * @param alone whether it is a run in one process
 */
public record NodeRow(String cluster, String version, String url, long since, boolean alone) {

  /** One that begins now. */
  public static NodeRow of(String cluster, String url) {
    return new NodeRow(
        cluster, StockpotVersion.current(), url, System.currentTimeMillis(), cluster.isEmpty());
  }
}
