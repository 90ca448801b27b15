package dev.stockpot.coordinator.search;

import dev.stockpot.merge.Failure;
import dev.stockpot.protocol.api.LogLine;
import dev.stockpot.soce.report.SearchReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a search tells whoever follows it, in the order in which it happens. */
public sealed interface SearchUpdate {

  /** The last that is heard of a search. */
  sealed interface End extends SearchUpdate {}

  /**
   * Everything is read, and what is known from before is looked up.
   *
   * @param candidates to be evaluated, refinement not counted
   * @param known of them, those whose evaluation is known from before
   */
  record Started(Search search, int candidates, int known) implements SearchUpdate {}

  /** Candidates are merged in one pass over the models. */
  record Merging(int soups) implements SearchUpdate {}

  /**
   * An evaluation ended.
   *
   * @param name of the candidate, for people
   * @param heldOut whether its scores choose nothing
   * @param value the objective's; empty where there are no scores
   * @param evaluated candidates evaluated so far, of {@code candidates}
   * @param remaining about how long the rest will take
   */
  record Evaluated(
      String name,
      boolean heldOut,
      Outcome outcome,
      OptionalDouble value,
      int evaluated,
      int candidates,
      Optional<Duration> remaining)
      implements SearchUpdate {}

  /**
   * Where a node merges the candidates, where it has a choice.
   *
   * @param line for people, with the reason
   */
  record Placed(String line) implements SearchUpdate {}

  /** Something worth a line. */
  record Noted(LogLine.Level level, String message) implements SearchUpdate {}

  /**
   * The best soup is in its place, with the report beside it.
   *
   * @param report empty if this very search's result was there before
   * @param reportDirectory where its files are
   */
  record Finished(Path output, Path reportDirectory, Optional<SearchReport> report)
      implements End {}

  /**
   * The search ended without an output.
   *
   * @param resumable where recorded evaluations wait for another run, if any do
   */
  record Failed(Failure failure, Optional<Path> resumable) implements End {}

  /**
   * The search was cancelled.
   *
   * @param resumable where recorded evaluations wait for another run, if any are to be kept
   */
  record Cancelled(Optional<Path> resumable) implements End {}
}
