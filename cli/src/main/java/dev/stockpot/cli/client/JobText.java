package dev.stockpot.cli.client;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.cli.console.Ages;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.cli.console.Table;
import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Jobs for people. */
final class JobText {

  private JobText() {}

  static Table table(List<JobView> jobs, Instant now) {
    Table table = new Table("ID", "STATUS", "DONE", "WORKERS", "AGE", "OUTPUT");
    for (JobView job : jobs) {
      table.add(
          job.id(),
          word(job.status()),
          part(job),
          job.status().isTerminal() ? "-" : String.valueOf(job.progress().workers()),
          Ages.of(Duration.between(job.submitted(), now)),
          output(job));
    }
    return table;
  }

  /** One job in a line. */
  static String line(JobView job) {
    return Printable.line(
        "%s: %s, %s done, %s".formatted(job.id(), word(job.status()), part(job), output(job)));
  }

  private static String part(JobView job) {
    if (job.status() == JobStatus.DONE) {
      return "100%";
    }
    long bytes = job.progress().bytes();
    long percent = bytes == 0 ? 0 : (long) (100.0 * job.progress().doneBytes() / bytes);
    return percent + "%";
  }

  private static String output(JobView job) {
    int plans = job.outputs().size();
    if (plans == 0) {
      return "-";
    }
    int at = Math.clamp(job.plan(), 0, plans - 1);
    String path = job.outputs().get(at);
    return plans == 1 ? path : "%s (%d of %d)".formatted(path, at + 1, plans);
  }

  /** All that is known of a job, a line each. */
  static List<String> detail(JobView job, Instant now) {
    List<String> lines = new ArrayList<>();
    line(lines, "job", job.id());
    line(lines, "status", word(job.status()));
    line(lines, "plan", Printable.line(job.source()));
    for (int i = 0; i < job.outputs().size(); i++) {
      String state =
          job.outputs().size() == 1 || job.status() == JobStatus.QUEUED
              ? ""
              : i < job.plan() || job.status() == JobStatus.DONE
                  ? "   done"
                  : i == job.plan() ? "   " + word(job.status()) : "   waiting";
      line(lines, i == 0 ? "output" : "", Printable.line(job.outputs().get(i)) + state);
    }
    line(lines, "priority", String.valueOf(job.priority()));
    line(lines, "attempt", String.valueOf(job.attempt()));
    line(lines, "submitted", when(job.submitted(), now));
    job.started().ifPresent(time -> line(lines, "started", when(time, now)));
    job.ended().ifPresent(time -> line(lines, "ended", when(time, now)));
    job.started()
        .ifPresent(start ->
            line(
                lines,
                "took",
                Ages.exact(Duration.between(start, job.ended().orElse(now)))
                    + (job.ended().isPresent() ? "" : " so far")));
    if (job.progress().tasks() > 0) {
      line(lines, "progress", progress(job.progress()));
      line(lines, "workers", String.valueOf(job.progress().workers()));
    }
    job.failure().ifPresent(failure -> line(lines, "failure", failure.message()));
    return lines;
  }

  private static String progress(JobProgress progress) {
    return "%s of %s, %,d of %,d tasks%s%s"
        .formatted(
            Sizes.format(progress.doneBytes()),
            Sizes.format(progress.bytes()),
            progress.doneTasks(),
            progress.tasks(),
            progress.keptTasks() == 0 ? "" : ", %,d kept".formatted(progress.keptTasks()),
            progress.returnedTasks() == 0
                ? ""
                : ", %,d given back and done again".formatted(progress.returnedTasks()));
  }

  private static String when(Instant time, Instant now) {
    return Ages.clock(time) + " (" + Ages.of(Duration.between(time, now)) + " ago)";
  }

  private static void line(List<String> lines, String name, String value) {
    lines.add("%-11s%s".formatted(name, Printable.indented(value, 11)).stripTrailing());
  }

  /** How a status is written, here and in the API's addresses. */
  static String word(JobStatus status) {
    return status.name().toLowerCase(java.util.Locale.ROOT);
  }
}
