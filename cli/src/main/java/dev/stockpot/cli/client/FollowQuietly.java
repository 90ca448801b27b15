package dev.stockpot.cli.client;

import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.io.PrintWriter;
import tools.jackson.databind.JsonNode;

/** Tells nothing but trouble with the connection. */
record FollowQuietly(PrintWriter err) implements JobListener {

  @Override
  public void onJob(JobView job, JsonNode json) {}

  @Override
  public void onLog(LogLine line, JsonNode json) {}

  @Override
  public void onNotice(String text) {
    err.println(text);
    err.flush();
  }
}
