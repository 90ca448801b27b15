package dev.stockpot.coordinator.search;

import java.util.Map;

/**
 * What happened in a search, as its journal keeps it. Written as JSON by {@link SearchEventJson}.
 */
public sealed interface SearchEvent {

  /** Names the evaluation: what was evaluated, by which command, for which categories. */
  String evaluation();

  /**
   * An evaluation gave scores.
   *
   * @param millis it took; 0 if the scores were known before
   */
  record Scored(
      String evaluation, Map<String, Double> scores, Map<String, Long> counts, long millis)
      implements SearchEvent {}

  /** An evaluation failed, and would fail again. */
  record Failed(String evaluation, String reason, String logTail) implements SearchEvent {}
}
