package dev.stockpot.coordinator.order;

import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.soce.report.SearchReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What a finished job made. */
public sealed interface JobSummary {

  Path output();

  /** Whether the output of this very plan was there before. */
  boolean alreadyFinished();

  /** How long this run took. */
  Duration elapsed();

  /**
   * Of a merge, with all its soups.
   *
   * @param tensors of each soup
   * @param merged tasks done by this run
   * @param kept tasks taken over from an earlier run
   * @param returned tasks that a lost or failed lease gave back
   * @param threadTimes of all merging threads together
   */
  record MergeSummary(
      Path output,
      boolean alreadyFinished,
      int tensors,
      int merged,
      int kept,
      long returned,
      long inputBytes,
      long outputBytes,
      long nan,
      long infinity,
      Duration elapsed,
      StageNanos threadTimes)
      implements JobSummary {}

  /**
   * Of a search.
   *
   * @param reportDirectory where the report's files are
   * @param report empty if this very search's result was there before
   * @param tensors of each candidate
   * @param candidateBytes of one candidate on disk
   */
  record SearchSummary(
      Path output,
      Path reportDirectory,
      Optional<SearchReport> report,
      int tensors,
      long candidateBytes,
      Duration elapsed)
      implements JobSummary {

    @Override
    public boolean alreadyFinished() {
      return report.isEmpty();
    }
  }
}
