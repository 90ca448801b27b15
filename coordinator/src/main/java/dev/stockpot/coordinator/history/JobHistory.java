package dev.stockpot.coordinator.history;

import dev.stockpot.coordinator.history.HistoryEvent.BoardOpened;
import dev.stockpot.coordinator.history.HistoryEvent.Done;
import dev.stockpot.coordinator.order.JobSummary.SearchSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What happened to one job: its phases, who did what when, its output and its log. */
final class JobHistory {

  static final int MOST_MARKS = 1_000;
  static final int MOST_LINES = 500;
  private static final int MOST_PHASES = 200;

  /** Something that happened at a moment. */
  private record Mark(long t, @Nullable String worker, String kind, String text, int tasks) {}

  private record Span(long from, @Nullable Long to, long step) {}

  /** A phase of an attempt at one of the job's plans. */
  private static final class Phase {
    private final String name;
    private final long from;
    private @Nullable Long to;
    private final int attempt;
    private final int plan;

    Phase(String name, long from, int attempt, int plan) {
      this.name = name;
      this.from = from;
      this.attempt = attempt;
      this.plan = plan;
    }

    boolean is(String other, JobView view) {
      return name.equals(other) && attempt == view.attempt() && plan == view.plan();
    }

    Map<String, @Nullable Object> row() {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put("name", name);
      row.put("from", from);
      row.put("to", to);
      row.put("attempt", attempt);
      row.put("plan", plan);
      return row;
    }
  }

  private final String id;
  private final RecentRate written = new RecentRate();

  /** When tasks were leased first by the board that is open, or was last. */
  private long openedNanos;

  private final Recent<Mark> marks = new Recent<>("mark/", MOST_MARKS);
  private final Recent<LogLine> log = new Recent<>("log/", MOST_LINES);
  private final Map<Integer, Phase> phases = new LinkedHashMap<>();
  private int phaseCount;

  /** Those before this one are not shown any more. */
  private int phasesShown;

  private @Nullable JobView view;
  private @Nullable Timeline timeline;
  private @Nullable OutputProgress output;
  private int shardsShown;
  private @Nullable SearchHistory search;

  /** The one of which there are rows. */
  private @Nullable SearchHistory shownSearch;

  /** Tasks of the open board that a lost worker had, and who that was. */
  private final Map<Integer, String> lost = new HashMap<>();

  JobHistory(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  boolean hasEnded() {
    return view != null && view.status().isTerminal();
  }

  Optional<JobView> view() {
    return Optional.ofNullable(view);
  }

  /**
   * The job is not what it was.
   *
   * @return whether it ended just now
   */
  boolean changed(long at, JobView now) {
    if (view == null) {
      begun(now);
    }
    boolean ends = view != null && !hasEnded() && now.status().isTerminal();
    if (view != null && (view.attempt() != now.attempt() || view.plan() != now.plan())) {
      search = null;
      output = null;
    }
    view = now;
    String name = phase(now.status());
    Phase last = phases.get(phaseCount - 1);
    if (last != null && last.is(name, now)) {
      return ends;
    }
    long from = now.ended().map(Instant::toEpochMilli).orElse(at);
    if (last != null && last.to == null) {
      last.to = from;
    }
    add(new Phase(name, from, now.attempt(), now.plan()));
    if (now.status().isTerminal()) {
      Phase end = phases.get(phaseCount - 1);
      if (end != null) {
        end.to = from;
      }
      if (timeline != null) {
        timeline.releasedAll(from);
      }
    } else if (now.status() != JobStatus.QUEUED) {
      timeline(now.started().map(Instant::toEpochMilli).orElse(at));
    }
    return ends;
  }

  /** What a job that this process has just heard of went through. */
  private void begun(JobView now) {
    Phase queued = new Phase("queued", now.submitted().toEpochMilli(), now.attempt(), now.plan());
    add(queued);
    now.started().ifPresent(started -> queued.to = started.toEpochMilli());
  }

  private void add(Phase phase) {
    phases.put(phaseCount, phase);
    phaseCount++;
    phases.remove(phaseCount - 1 - MOST_PHASES);
  }

  private String phase(JobStatus status) {
    return status == JobStatus.RUNNING
        ? search == null ? "merging" : "searching"
        : status.name().toLowerCase(Locale.ROOT);
  }

  /** The job's timeline, which begins with its first attempt. */
  private Timeline timeline(long at) {
    if (timeline == null) {
      timeline = new Timeline(at);
    }
    return timeline;
  }

  void logged(LogLine line) {
    log.add(line.sequence(), line);
  }

  void told(long at, JobUpdate update) {
    switch (update) {
      case JobUpdate.OfSearch ofSearch -> {
        if (search == null) {
          search = new SearchHistory();
        }
        search.on(ofSearch);
      }
      case JobUpdate.Noted noted -> mark(at, null, "note", noted.message(), 0);
      case JobUpdate.Placed placed -> mark(at, null, "note", placed.line(), 0);
      case JobUpdate.Finished(SearchSummary summary) -> {
        if (search != null) {
          search.on(summary);
        }
      }
      case JobUpdate.OfMerge _, JobUpdate.Committing _, JobUpdate.End _ -> {}
    }
  }

  private void mark(long at, @Nullable String worker, String kind, String text, int tasks) {
    marks.add(new Mark(at, worker, kind, text, tasks));
  }

  void opened(BoardOpened board, long nowNanos) {
    openedNanos = nowNanos;
    lost.clear();
    timeline(board.at());
    // The batches of a search have outputs of their own, which are not the job's.
    if (search == null) {
      output = new OutputProgress(board.spec(), board.tasks(), board.kept());
    }
  }

  void closed(long at) {
    lost.clear();
    if (output != null) {
      output.end();
    }
    timeline(at).releasedAll(at);
  }

  /** It has ended, and its report is written: the last jobs that ended are kept like this. */
  void makeSmall() {
    if (timeline != null && hasEnded()) {
      timeline.makeSmall();
    }
  }

  void describe(String worker, String kind, String node, long at) {
    timeline(at).describe(worker, kind, node);
  }

  /** What became of a worker while the job's tasks were leased. */
  void worker(long at, String worker, String kind, String text) {
    mark(at, worker, kind, text, 0);
  }

  /**
   * A worker is given tasks.
   *
   * @param took hears which other worker lost how many of them
   */
  void leased(HistoryEvent.LeaseGranted lease, Consumer<Map.Entry<String, Integer>> took) {
    timeline(lease.at()).leased(lease.worker(), lease.at());
    if (lost.isEmpty()) {
      return;
    }
    Map<String, Integer> losers = new LinkedHashMap<>();
    lease
        .tasks()
        .forEach(task -> {
          String loser = lost.remove(task.id());
          if (loser != null && !loser.equals(lease.worker())) {
            losers.merge(loser, 1, Integer::sum);
          }
        });
    for (Map.Entry<String, Integer> each : losers.entrySet()) {
      mark(lease.at(), lease.worker(), "took", taken(each.getKey()), each.getValue());
      took.accept(each);
    }
  }

  static String taken(String loser) {
    return "what " + loser + " lost";
  }

  void released(String worker, long at) {
    timeline(at).released(worker, at);
  }

  void returned(HistoryEvent.LeaseEnded lease) {
    released(lease.worker(), lease.at());
    int count = lease.returned().size();
    if (count > 0) {
      lease.returned().forEach(task -> lost.put(task, lease.worker()));
      timeline(lease.at()).returned(lease.worker(), count);
      mark(lease.at(), lease.worker(), "returned", lease.why().text(), count);
    }
  }

  void did(HistoryEvent.TasksRecorded recorded, long since, long bytes, long nowNanos) {
    timeline(recorded.at()).did(recorded.worker(), recorded.at(), since, recorded.done());
    written.add(bytes, nowNanos);
    for (Done done : recorded.done()) {
      lost.remove(done.task().id());
      if (output != null) {
        output.done(done.task().id());
      }
    }
  }

  void failed(HistoryEvent.TaskFailed failed, String tensor) {
    timeline(failed.at()).failed(failed.worker());
    mark(
        failed.at(),
        failed.worker(),
        "failed",
        tensor
            + ": "
            + failed.failure().message()
            + (failed.again() ? "; it is tried again" : "; given up"),
        1);
  }

  /** The job as a row, with its rate and the seconds that are left. */
  static String row(JobView view, Optional<JobHistory> history, long nowNanos) {
    ObjectNode row = RowJson.object(view);
    row.putNull("rate");
    row.putNull("remaining");
    if (view.status() == JobStatus.RUNNING) {
      history.ifPresent(of -> {
        long rate = of.written.perSecond(nowNanos, of.openedNanos);
        row.put("rate", rate);
        of.remaining(view, rate).ifPresent(seconds -> row.put("remaining", seconds));
      });
    }
    return RowJson.of(row);
  }

  private Optional<Double> remaining(JobView running, long rate) {
    if (search != null) {
      return search.remaining();
    }
    long left = running.progress().bytes() - running.progress().doneBytes();
    return rate > 0 && running.progress().bytes() > 0
        ? Optional.of(Math.round(10.0 * left / rate) / 10.0)
        : Optional.empty();
  }

  /**
   * Brings the table up to date.
   *
   * @param whole whether the table has no rows yet
   */
  void render(LiveTable table, boolean whole, long at, long nowNanos) {
    if (view != null) {
      table.put("job", row(view, Optional.of(this), nowNanos));
    }
    phases.forEach((number, phase) -> table.put("phase/" + number, RowJson.of(phase.row())));
    for (; phasesShown < phaseCount - MOST_PHASES; phasesShown++) {
      table.remove("phase/" + phasesShown);
    }
    log.render(table, whole);
    marks.render(table, whole);
    if (timeline != null) {
      timeline.accrue(at);
      timeline.render(table, whole);
      @Nullable Long to =
          view == null ? null : view.ended().map(Instant::toEpochMilli).orElse(null);
      table.put("span", RowJson.of(new Span(timeline.from(), to, timeline.step())));
    }
    int shards = output == null ? 0 : output.shards();
    for (int i = shards; i < shardsShown; i++) {
      table.remove("shard/" + i);
    }
    shardsShown = shards;
    if (output == null) {
      table.remove("strip");
    } else {
      output.render(table, whole);
    }
    if (search != shownSearch) {
      SearchHistory.removeFrom(table);
      shownSearch = search;
    }
    if (search != null) {
      search.render(table, whole);
    }
  }
}
