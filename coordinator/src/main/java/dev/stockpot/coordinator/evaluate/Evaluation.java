package dev.stockpot.coordinator.evaluate;

import dev.stockpot.checkpoint.problem.Printable;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** How an evaluation ended. No process of the evaluator runs any more then. */
public sealed interface Evaluation {

  /**
   * Every category has a score.
   *
   * @param scores by category, in the order of the request; as the file says them, neither scaled
   *     nor rounded
   * @param counts of cases, by category, where the file says them
   * @param took how long the attempt ran that gave the scores
   */
  record Scored(Map<String, Double> scores, Map<String, Long> counts, Duration took)
      implements Evaluation {
    public Scored {
      scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
      counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
    }
  }

  /**
   * The candidate has no score, and trying again as it is would not give it one.
   *
   * @param reason one sentence, for people
   * @param logTail the last lines that the evaluator printed; may be empty
   */
  record Failed(String reason, String logTail) implements Evaluation {
    public Failed {
      reason = Printable.line(reason);
    }
  }

  /**
   * The evaluator asked at every attempt to be tried again, or it could not be started. That says
   * nothing about the candidate: another time it may well be scored.
   *
   * @param reason one sentence, for people
   * @param logTail the last lines that the evaluator printed; may be empty
   */
  record NotEvaluated(String reason, String logTail) implements Evaluation {
    public NotEvaluated {
      reason = Printable.line(reason);
    }
  }

  /** Nobody wanted to know any more. */
  record Cancelled() implements Evaluation {}
}
