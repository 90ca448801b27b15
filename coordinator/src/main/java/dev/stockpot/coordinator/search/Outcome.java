package dev.stockpot.coordinator.search;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What came of an evaluation. */
public sealed interface Outcome {

  /**
   * Every category has a score.
   *
   * @param counts of cases, by category, where they are known
   * @param took the time of the evaluation; zero if its scores were known before
   */
  record Scored(Map<String, Double> scores, Map<String, Long> counts, Duration took)
      implements Outcome {
    public Scored {
      scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
      counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
    }
  }

  /**
   * There are no scores.
   *
   * @param reason one sentence, for people
   * @param logTail the last lines that the evaluator printed; may be empty
   */
  record Failed(String reason, String logTail) implements Outcome {}
}
