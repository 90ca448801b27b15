package dev.stockpot.coordinator.queue;

import dev.stockpot.checkpoint.Printable;
import dev.stockpot.coordinator.job.JobUpdate;
import java.nio.charset.StandardCharsets;

/** What a job's log says of its merges. */
final class LogSentences {

  private LogSentences() {}

  static String of(QueuedJob job, JobUpdate.Started begun) {
    return "%smerging %,d tensors in %,d tasks, %,d of which are done already%s"
        .formatted(
            which(job),
            begun.planned().layout().tensors().size(),
            begun.planned().tasks().size(),
            begun.kept(),
            begun.revoked() == 0
                ? ""
                : "; %,d had changed and are merged again".formatted(begun.revoked()));
  }

  static String of(QueuedJob job, JobUpdate.Summary summary) {
    return summary.alreadyFinished()
        ? "%s%s: was finished before"
            .formatted(which(job), Printable.line(summary.output().toString()))
        : "%s%s: in its place, %,d tensors, %,d bytes, %,d tasks merged and %,d kept, %,d given back, %.1f s"
            .formatted(
                which(job),
                Printable.line(summary.output().toString()),
                summary.tensors(),
                summary.outputBytes(),
                summary.merged(),
                summary.kept(),
                summary.returned(),
                summary.elapsed().toMillis() / 1e3);
  }

  private static String which(QueuedJob job) {
    return job.plans() == 1 ? "" : "plan %d of %d: ".formatted(job.plan() + 1, job.plans());
  }

  /** Names in checkpoints may hold halves of surrogate pairs, which JSON in UTF-8 cannot. */
  static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
