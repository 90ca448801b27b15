package dev.stockpot.protocol.api;

import java.time.Instant;

/**
 * Something worth telling that happened to a job.
 *
 * @param sequence grows by one within the job, from 1
 */
public record LogLine(long sequence, Instant time, Level level, String message) {

  /** How much it matters. */
  public enum Level {
    INFO,
    WARNING,
    ERROR
  }
}
