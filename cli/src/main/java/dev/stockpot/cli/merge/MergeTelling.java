package dev.stockpot.cli.merge;

import dev.stockpot.cli.console.ProgressWriter;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.cli.embedded.LocalRun;
import dev.stockpot.coordinator.order.JobSummary;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What is said of merges. */
public final class MergeTelling implements LocalRun.Telling {

  /** Set by the launcher where standard error is a terminal. */
  private static final String TERMINAL = "stockpot.terminal";

  @Override
  public Consumer<JobUpdate> progress(PrintWriter err) {
    return new ProgressPrinter(new ProgressWriter(err, Boolean.getBoolean(TERMINAL)))::on;
  }

  @Override
  public String kept() {
    return "What is merged so far";
  }

  @Override
  public List<String> lines(JobSummary summary) {
    return List.of(sentence((MergeSummary) summary));
  }

  @Override
  public Map<String, Object> json(JobSummary summary) {
    return json((MergeSummary) summary);
  }

  private static String sentence(MergeSummary summary) {
    if (summary.alreadyFinished()) {
      return "this plan's result is there already; nothing to do";
    }
    double seconds = summary.elapsed().toNanos() / 1e9;
    String kept =
        summary.kept() == 0
            ? ""
            : ", %d of %d pieces kept from an earlier run"
                .formatted(summary.kept(), summary.kept() + summary.merged());
    String nonFinite =
        summary.nan() + summary.infinity() == 0
            ? ""
            : "; the result holds %d NaN and %d infinite elements"
                .formatted(summary.nan(), summary.infinity());
    return "merged %,d tensors, %s, in %.2f s%s%s"
        .formatted(
            summary.tensors(), Sizes.format(summary.outputBytes()), seconds, kept, nonFinite);
  }

  private static Map<String, Object> json(MergeSummary summary) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("output", summary.output().toString());
    json.put("alreadyFinished", summary.alreadyFinished());
    json.put("tensors", summary.tensors());
    json.put("tasks", summary.merged() + summary.kept());
    json.put("merged", summary.merged());
    json.put("kept", summary.kept());
    json.put("returned", summary.returned());
    json.put("inputBytes", summary.inputBytes());
    json.put("outputBytes", summary.outputBytes());
    json.put("nan", summary.nan());
    json.put("infinity", summary.infinity());
    json.put("seconds", summary.elapsed().toNanos() / 1e9);
    json.put(
        "threadSeconds",
        Map.of(
            "read", summary.threadTimes().read() / 1e9,
            "merge", summary.threadTimes().merge() / 1e9,
            "write", summary.threadTimes().write() / 1e9));
    return json;
  }
}
