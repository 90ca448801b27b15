package dev.stockpot.protocol.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A job as clients see it.
 *
 * @param source what its submitter called the plan
 * @param outputs absolute path of each plan's output, in order
 * @param plan which of its plans it is at, from 0
 * @param attempt 1, and one more for every retry
 * @param submitted when it was accepted first
 * @param started when its present attempt left the queue
 * @param ended when it came to its terminal status
 * @param failure why it failed
 */
public record JobView(
    String id,
    JobStatus status,
    int priority,
    String source,
    List<String> outputs,
    int plan,
    int attempt,
    Instant submitted,
    Optional<Instant> started,
    Optional<Instant> ended,
    JobProgress progress,
    Optional<JobFailure> failure) {

  public JobView {
    outputs = List.copyOf(outputs);
  }

  /**
   * Why a job failed.
   *
   * @param kind as {@code dev.stockpot.merge.Failure.Kind} names it
   * @param message for people
   * @param resumable whether a retry goes on with what was merged
   */
  public record JobFailure(String kind, String message, boolean resumable) {}
}
