package dev.stockpot.cli.client;

import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import tools.jackson.databind.JsonNode;

/** Hears what happens to a job; on the thread that follows it. */
interface JobListener {

  /**
   * The job as it is now.
   *
   * @param json the same, as it came
   */
  void onJob(JobView job, JsonNode json);

  /**
   * A line of its log; each once, in order.
   *
   * @param json the same, as it came
   */
  void onLog(LogLine line, JsonNode json);

  /** Something about the connection. */
  void onNotice(String text);
}
