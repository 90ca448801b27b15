package dev.stockpot.cli.client;

import dev.stockpot.cli.client.api.Api;
import dev.stockpot.cli.client.api.ApiJson;
import dev.stockpot.cli.client.api.ClientException;
import dev.stockpot.cli.client.api.EventStream;
import dev.stockpot.cli.client.api.EventStream.ServerEvent;
import dev.stockpot.cli.client.api.Patience;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Follows one job to its end, over as many connections and coordinators as that takes. */
final class JobFollower {

  private static final Duration REST = Duration.ofSeconds(2);

  private final Api api;
  private final Patience patience;
  private final JobListener listener;
  private Optional<String> lastEvent = Optional.empty();
  private long lastLine;

  JobFollower(Api api, Patience patience, JobListener listener) {
    this.api = api;
    this.patience = patience;
    this.listener = listener;
  }

  /** Returns the job when nothing more happens to it. */
  JobView follow(String id) {
    while (true) {
      try (EventStream events = api.events(id, lastEvent)) {
        return toEnd(events);
      } catch (ClientException.Unreachable e) {
        patience.onLoss(e);
      }
    }
  }

  private JobView toEnd(EventStream events) {
    try {
      while (true) {
        ServerEvent event = events.next();
        Optional<JobView> job = on(event);
        patience.onAnswer();
        lastEvent = event.id().or(() -> lastEvent);
        if (job.filter(view -> view.status().isTerminal()).isPresent()) {
          readRest(events);
          return job.get();
        }
      }
    } catch (IOException e) {
      throw api.broken(e);
    } catch (JacksonException e) {
      throw api.broken(new IOException("an event that cannot be read: " + e.getOriginalMessage()));
    }
  }

  /** Of a job that had ended before, the log comes after the job. */
  private void readRest(EventStream events) {
    try {
      while (true) {
        on(events.next(REST));
      }
    } catch (IOException _) {
      // The end, as it should be; or the connection's, with all that matters known.
    }
  }

  private Optional<JobView> on(ServerEvent event) {
    switch (event.name()) {
      case "job" -> {
        JsonNode json = ApiJson.tree(event.data());
        JobView job = ApiJson.as(json, JobView.class);
        listener.onJob(job, json);
        return Optional.of(job);
      }
      case "log" -> {
        JsonNode json = ApiJson.tree(event.data());
        LogLine line = ApiJson.as(json, LogLine.class);
        if (line.sequence() > lastLine) {
          lastLine = line.sequence();
          listener.onLog(line, json);
        }
      }
      default -> {} // What a newer coordinator tells besides.
    }
    return Optional.empty();
  }
}
