package dev.stockpot.coordinator.search;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a search's events add up to: the outcome of every evaluation that was recorded. Evaluations
 * are named by their content, so that a plan that was changed goes on with what still counts. The
 * state of one actor, which changes in place.
 */
final class SearchState {

  private final Map<String, Outcome> outcomes = new HashMap<>();

  SearchState apply(SearchEvent event) {
    outcomes.put(
        event.evaluation(),
        switch (event) {
          case SearchEvent.Scored(_, var scores, var counts, long millis) ->
              new Outcome.Scored(scores, counts, Duration.ofMillis(millis));
          case SearchEvent.Failed(_, String reason, String logTail) ->
              new Outcome.Failed(reason, logTail);
        });
    return this;
  }

  boolean isEmpty() {
    return outcomes.isEmpty();
  }

  Optional<Outcome> outcome(String evaluation) {
    return Optional.ofNullable(outcomes.get(evaluation));
  }
}
