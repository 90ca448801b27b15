package dev.stockpot.cli.soce;

import dev.stockpot.cli.embedded.LocalRun;
import dev.stockpot.coordinator.order.JobSummary;
import dev.stockpot.coordinator.order.JobSummary.SearchSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What is said of searches. */
public final class SearchTelling implements LocalRun.Telling {

  @Override
  public Consumer<JobUpdate> progress(PrintWriter err) {
    return new SearchProgress(err)::on;
  }

  @Override
  public String kept() {
    return "What was evaluated so far";
  }

  @Override
  public List<String> lines(JobSummary summary) {
    return LeaderboardText.lines((SearchSummary) summary);
  }

  @Override
  public Map<String, Object> json(JobSummary summary) {
    return SearchJson.of((SearchSummary) summary);
  }
}
