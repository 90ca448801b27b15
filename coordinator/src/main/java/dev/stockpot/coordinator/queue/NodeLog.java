package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.queue.state.QueuedJob;
import dev.stockpot.protocol.api.LogLine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** What jobs' logs say, in the node's own: whoever reads that sees which job did what. */
final class NodeLog {

  private static final Logger LOG = LoggerFactory.getLogger(NodeLog.class);

  private NodeLog() {}

  /** The last so many lines of the job's log. */
  static void write(QueuedJob job, int count) {
    try (MDC.MDCCloseable _ = MDC.putCloseable("job", job.id())) {
      for (LogLine line : job.log().after(job.log().last() - count)) {
        switch (line.level()) {
          case INFO -> LOG.info("job {}: {}", job.id(), line.message());
          case WARNING -> LOG.warn("job {}: {}", job.id(), line.message());
          case ERROR -> LOG.error("job {}: {}", job.id(), line.message());
        }
      }
    }
  }
}
