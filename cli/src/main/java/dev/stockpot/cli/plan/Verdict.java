package dev.stockpot.cli.plan;

import dev.stockpot.coordinator.search.Search;
import dev.stockpot.merge.planner.PlannedMerge;
import java.nio.file.Path;
import java.util.List;

/** What is to be said of one plan. */
sealed interface Verdict {

  /** The file, and which of its plans where it holds several. */
  String plan();

  /** The plan can run as it is. */
  record Valid(String plan, PlannedMerge planned) implements Verdict {}

  /** The plan of a search can run as it is. */
  record ValidSearch(String plan, Search search) implements Verdict {}

  /**
   * The plan's text is right, and the rest cannot be told yet.
   *
   * @param awaited the output of an earlier plan, which this one reads and which is not there
   */
  record Deferred(String plan, Path awaited) implements Verdict {}

  /**
   * The plan, or the whole file, cannot run.
   *
   * @param lines for people, who are told what is wrong with many tensors once
   * @param problems each by itself
   */
  record Invalid(String plan, List<String> lines, List<String> problems) implements Verdict {
    public Invalid {
      lines = List.copyOf(lines);
      problems = List.copyOf(problems);
    }

    /** Of few problems. */
    Invalid(String plan, List<String> problems) {
      this(plan, problems, problems);
    }
  }
}
