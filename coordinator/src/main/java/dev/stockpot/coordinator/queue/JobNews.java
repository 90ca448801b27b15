package dev.stockpot.coordinator.queue;

import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;

/** What a follower of a job hears. */
public sealed interface JobNews {

  /** The job as it is now; the last one has a terminal status. */
  record JobChanged(JobView job) implements JobNews {}

  /** A line of the job's log. */
  record Logged(LogLine line) implements JobNews {}

  /** There is no such job (any more); nothing follows. */
  record Unknown(String id) implements JobNews {}
}
