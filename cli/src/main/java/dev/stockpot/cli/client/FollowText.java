package dev.stockpot.cli.client;

import dev.stockpot.cli.ProgressLine;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Tells on standard error how a job goes: what happens to it line by line, and how far it is in a
 * line that is redrawn where that is a terminal, and every ten seconds elsewhere.
 */
final class FollowText implements JobListener {

  private static final long PLAIN_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter err;
  private final boolean terminal;
  private Optional<JobView> last = Optional.empty();
  private ProgressLine progress;
  private long lastPlain;

  /**
   * A listener for one job.
   *
   * @param terminal whether {@code err} is one
   */
  FollowText(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
    this.progress = new ProgressLine(terminal);
  }

  @Override
  public void onJob(JobView job, JsonNode json) {
    boolean other = last.filter(before -> isSameStep(before, job)).isEmpty();
    if (other) {
      progress = new ProgressLine(terminal);
      lastPlain = System.nanoTime();
      tell(step(job));
    }
    last = Optional.of(job);
    if (job.status() == JobStatus.RUNNING) {
      onProgress(job);
    }
  }

  private static boolean isSameStep(JobView before, JobView job) {
    return before.status() == job.status()
        && before.plan() == job.plan()
        && before.attempt() == job.attempt();
  }

  private static String step(JobView job) {
    String step = "job " + job.id() + ": " + Table.word(job.status());
    return job.outputs().size() > 1 && !job.status().isTerminal()
        ? step + ", plan %d of %d".formatted(job.plan() + 1, job.outputs().size())
        : step;
  }

  private void onProgress(JobView job) {
    String line =
        progress.at(job.progress().doneBytes(), job.progress().bytes(), job.progress().workers());
    long now = System.nanoTime();
    if (terminal) {
      err.print(CLEAR_LINE + line);
      err.flush();
    } else if (now - lastPlain >= PLAIN_INTERVAL_NANOS) {
      lastPlain = now;
      tell(line);
    }
  }

  @Override
  public void onLog(LogLine line, JsonNode json) {
    switch (line.level()) {
      case INFO -> {}
      case WARNING -> tell("warning: " + ServerText.lines(line.message()));
      case ERROR -> tell("error: " + ServerText.lines(line.message()));
    }
  }

  @Override
  public void onNotice(String text) {
    tell(text);
  }

  /** The redrawn line gives way, and comes back with the next progress. */
  private void tell(String text) {
    err.println((terminal ? CLEAR_LINE : "") + text);
    err.flush();
  }
}
