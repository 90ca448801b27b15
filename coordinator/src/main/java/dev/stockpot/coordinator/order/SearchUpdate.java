package dev.stockpot.coordinator.order;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What only a search tells of itself. */
public sealed interface SearchUpdate extends JobUpdate {

  /**
   * Everything is read, and what is known from before is looked up.
   *
   * @param experts their names
   * @param categories of which they are the experts
   * @param candidates to be evaluated, refinement not counted
   * @param known of them, those whose evaluation is known from before
   * @param candidateBytes of one candidate on disk
   * @param candidatesOnDisk the most at a time
   */
  record SearchStarted(
      List<String> experts,
      List<String> categories,
      int candidates,
      int known,
      long candidateBytes,
      int candidatesOnDisk)
      implements SearchUpdate {
    public SearchStarted {
      experts = List.copyOf(experts);
      categories = List.copyOf(categories);
    }
  }

  /** Candidates are merged in one pass over the models. */
  record BatchStarted(int soups) implements SearchUpdate {}

  /**
   * An evaluation ended.
   *
   * @param name of the candidate, for people
   * @param value the objective's; empty where there are no scores, and where they choose nothing
   * @param failure why there are no scores, if there are none
   * @param evaluated candidates evaluated so far, of {@code candidates}
   * @param remaining about how long the rest will take
   */
  record CandidateEvaluated(
      String name,
      OptionalDouble value,
      Optional<String> failure,
      int evaluated,
      int candidates,
      Optional<Duration> remaining)
      implements SearchUpdate {

    /** {@code 0.1234}, {@code held out} or {@code failed: ...}. */
    public String result() {
      if (failure.isPresent()) {
        return "failed: " + failure.get();
      }
      return value.isPresent()
          ? String.format(Locale.ROOT, "%.4f", value.getAsDouble())
          : "held out";
    }
  }
}
