package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.io.PrintWriter;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Each thing that happens as one line of JSON, {@code {"job": ...}} or {@code {"log": ...}}. */
record FollowJson(PrintWriter out, PrintWriter err) implements JobListener {

  @Override
  public void onJob(JobView job, JsonNode json) {
    print("job", json);
  }

  @Override
  public void onLog(LogLine line, JsonNode json) {
    print("log", json);
  }

  private void print(String what, JsonNode json) {
    out.println(ApiJson.text(Map.of(what, json)));
    out.flush();
  }

  @Override
  public void onNotice(String text) {
    err.println(text);
    err.flush();
  }
}
