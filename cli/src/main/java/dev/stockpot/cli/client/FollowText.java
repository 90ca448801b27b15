package dev.stockpot.cli.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.ProgressWriter;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Tells on standard error how a job goes: what happens to it line by line, and how far it is. What
 * a merge says of itself beside that goes where it stays, so not to a terminal.
 */
final class FollowText implements JobListener {

  private final ProgressWriter err;
  private Optional<JobView> last = Optional.empty();

  FollowText(ProgressWriter err) {
    this.err = err;
  }

  @Override
  public void onJob(JobView job, JsonNode json) {
    boolean other = last.filter(before -> isSameStep(before, job)).isEmpty();
    if (other) {
      err.begin();
      err.line(step(job));
    }
    last = Optional.of(job);
    if (job.status() == JobStatus.RUNNING) {
      err.progress(job.progress().doneBytes(), job.progress().bytes(), job.progress().workers());
    }
  }

  private static boolean isSameStep(JobView before, JobView job) {
    return before.status() == job.status()
        && before.plan() == job.plan()
        && before.attempt() == job.attempt();
  }

  private static String step(JobView job) {
    String step = "job " + Printable.line(job.id()) + ": " + JobText.word(job.status());
    return job.outputs().size() > 1 && !job.status().isTerminal()
        ? step + ", plan %d of %d".formatted(job.plan() + 1, job.outputs().size())
        : step;
  }

  @Override
  public void onLog(LogLine line, JsonNode json) {
    switch (line.level()) {
      case INFO -> {
        if (!err.isTerminal()) {
          err.line(Printable.indented(line.message(), 2));
        }
      }
      case WARNING -> err.line("warning: " + Printable.indented(line.message(), 2));
      case ERROR -> err.line("error: " + Printable.indented(line.message(), 2));
    }
  }

  @Override
  public void onNotice(String text) {
    err.line(text);
  }
}
