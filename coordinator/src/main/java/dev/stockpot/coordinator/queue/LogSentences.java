package dev.stockpot.coordinator.queue;

import dev.stockpot.checkpoint.problem.Printable;
import dev.stockpot.coordinator.order.JobSummary;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobSummary.SearchSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.CandidateEvaluated;
import dev.stockpot.coordinator.order.JobUpdate.MergeStarted;
import dev.stockpot.coordinator.order.JobUpdate.SearchStarted;
import dev.stockpot.coordinator.order.SearchDetail;
import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.merge.Failure;
import dev.stockpot.protocol.api.JobView.JobFailure;
import dev.stockpot.protocol.api.LogLine.Level;
import dev.stockpot.soce.report.SearchReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What a job's log says of its work. */
final class LogSentences {

  /** A line of a log. */
  record Sentence(Level level, String text) {}

  private LogSentences() {}

  /** What is said of an update; of most, nothing. */
  static Optional<Sentence> of(QueuedJob job, JobUpdate update) {
    return switch (update) {
      case MergeStarted begun -> Optional.of(new Sentence(Level.INFO, of(job, begun)));
      case SearchStarted begun -> Optional.of(new Sentence(Level.INFO, of(begun)));
      case CandidateEvaluated one ->
          Optional.of(
              new Sentence(one.failure().isPresent() ? Level.WARNING : Level.INFO, of(one)));
      case JobUpdate.Placed placed -> Optional.of(new Sentence(Level.INFO, placed.line()));
      case JobUpdate.Noted(Level level, String message) ->
          Optional.of(new Sentence(level, message));
      case JobUpdate.Finished(SearchSummary summary) ->
          best(summary).map(best -> new Sentence(Level.INFO, best));
      case JobUpdate.MergeProgressed _,
          JobUpdate.BatchStarted _,
          SearchDetail _,
          JobUpdate.Committing _,
          JobUpdate.End _ ->
          Optional.empty();
    };
  }

  /** Why a job failed, as clients see it. */
  static JobFailure told(Failure failure, Optional<Path> kept) {
    return new JobFailure(failure.kind().name(), wellFormed(failure.message()), kept.isPresent());
  }

  private static String of(QueuedJob job, MergeStarted begun) {
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

  private static String of(SearchStarted begun) {
    return "searching soups of %s: %,d candidates, %,d of which are known already"
        .formatted(String.join(", ", begun.experts()), begun.candidates(), begun.known());
  }

  private static String of(CandidateEvaluated one) {
    return "%s: %s".formatted(Printable.line(one.name()), one.result());
  }

  private static Optional<String> best(SearchSummary summary) {
    return summary
        .report()
        .flatMap(SearchReport::best)
        .map(best ->
            "the best soup is %s; the report is in %s"
                .formatted(Printable.line(best.name()), summary.reportDirectory()));
  }

  static String of(QueuedJob job, JobSummary summary) {
    return which(job)
        + Printable.line(summary.output().toString())
        + (summary.alreadyFinished()
            ? ": was finished before"
            : ": in its place, " + made(summary));
  }

  private static String made(JobSummary summary) {
    return switch (summary) {
      case MergeSummary merge ->
          made(
              merge.tensors(),
              merge.outputBytes(),
              merge.merged(),
              merge.kept(),
              merge.returned(),
              merge.elapsed());
      case SearchSummary search ->
          made(
              search.tensors(),
              search.candidateBytes(),
              search.report().map(report -> report.entries().size()).orElse(0),
              0,
              0,
              search.elapsed());
    };
  }

  /** A candidate of a search counts as a task. */
  private static String made(
      int tensors, long bytes, int tasks, int kept, long returned, Duration elapsed) {
    return "%,d tensors, %,d bytes, %,d tasks merged and %,d kept, %,d given back, %.1f s"
        .formatted(tensors, bytes, tasks, kept, returned, elapsed.toMillis() / 1e3);
  }

  private static String which(QueuedJob job) {
    return job.plans() == 1 ? "" : "plan %d of %d: ".formatted(job.plan() + 1, job.plans());
  }

  /** Names in checkpoints may hold halves of surrogate pairs, which JSON in UTF-8 cannot. */
  static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
