package dev.stockpot.coordinator.history;

import dev.stockpot.coordinator.history.HistoryEvent.Done;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.WorkerView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * All that is remembered of jobs and workers, as {@link HistoryEvent}s have made it, and the rows
 * that show it. Bounded whatever happens. Knows no clock and no actor. Confined to one thread.
 */
final class History {

  private static final Set<String> VIEWS = Set.of("overview", "jobs", "workers", "actors");

  /** Jobs that have ended, of which more is remembered than how they ended. */
  static final int MOST_JOBS = 50;

  static final int MOST_SAMPLES = 300;
  static final long SAMPLE_MILLIS = 2_000;
  private static final int MOST_WORKER_EVENTS = 200;
  private static final int MOST_OPEN_SHOWN = 50;
  private static final int MOST_ENDED_SHOWN = 10;
  private static final int MOST_HELD_SHOWN = 5;

  /** Reports younger than this are as good as new. */
  private static final double RECENT_SECONDS = 5;

  private record WorkerEvent(
      long t, String worker, String kind, @Nullable String job, String text, int tasks) {}

  private record Sample(long t, long read, long written, double tasks, int working, int workers) {}

  private record Held(String job, long lease, int tasks, long since) {}

  private record Rates(
      long read,
      long written,
      double tasks,
      @Nullable Long ceiling,
      @Nullable String ceilingFrom) {}

  /** A lease that is open. */
  private static final class OpenLease {
    private final JobHistory job;
    private final String worker;
    private final long since;
    private int tasks;

    OpenLease(JobHistory job, String worker, long since, int tasks) {
      this.job = job;
      this.worker = worker;
      this.since = since;
      this.tasks = tasks;
    }
  }

  /** A board that is open. */
  private record OpenBoard(JobHistory job, List<TensorTask> tasks) {}

  private record Worker(String kind, String node) {}

  /** Of every job there is, in order of submission; with its row where that does not change. */
  private final LinkedHashMap<String, JobView> views = new LinkedHashMap<>();

  private final Map<String, String> endedRows = new HashMap<>();
  private final LinkedHashMap<String, JobHistory> jobs = new LinkedHashMap<>();

  /** Jobs that ended and were not taken. */
  private final Set<String> ended = new LinkedHashSet<>();

  /** Those that were taken last, of which a report is being made. */
  private final Set<String> reporting = new LinkedHashSet<>();

  /** Files of reports, by job. */
  private final Map<String, String> reports = new HashMap<>();

  /** Files of reports of jobs that were deleted, and were not taken. */
  private final List<String> discarded = new ArrayList<>();

  /** Jobs that were deleted, and were not taken. */
  private final List<String> gone = new ArrayList<>();

  private final Map<String, OpenBoard> boards = new HashMap<>();
  private final Map<LeaseId, OpenLease> leases = new LinkedHashMap<>();
  private final Map<String, Worker> workers = new LinkedHashMap<>();
  private final Recent<WorkerEvent> workerEvents = new Recent<>("event/", MOST_WORKER_EVENTS);
  private final Recent<Sample> samples = new Recent<>("sample/", MOST_SAMPLES);
  private final RecentRate read = new RecentRate();
  private final RecentRate written = new RecentRate();
  private final RecentRate tasks = new RecentRate();
  private final NodeRow node;
  private final Supplier<? extends Map<String, ?>> actors;
  private List<WorkerView> seen = List.of();
  private OptionalLong ceiling = OptionalLong.empty();
  private String ceilingFrom = "";
  private long sampledAt;
  private long sampledRead;
  private long sampledWritten;
  private long sampledTasks;
  private long totalRead;
  private long totalWritten;
  private long totalTasks;

  /**
   * Nothing has happened.
   *
   * @param actors rows of the view of actors
   */
  History(NodeRow node, Supplier<? extends Map<String, ?>> actors) {
    this.node = node;
    this.actors = actors;
  }

  /** Whether there is a view of that name. */
  boolean has(String view) {
    return view.startsWith(Historian.JOB)
        ? views.containsKey(view.substring(Historian.JOB.length()))
        : VIEWS.contains(view);
  }

  /**
   * Brings a view's table up to date.
   *
   * @param view {@code overview}, {@code jobs}, {@code workers}, {@code actors} or {@code jobs/ID}
   * @param whole whether the table has no rows yet
   * @param at the time of day, in milliseconds
   * @return whether there is such a view
   */
  boolean render(String view, LiveTable table, boolean whole, long at, long nowNanos) {
    switch (view) {
      case "overview" -> overview(table, whole, nowNanos);
      case "jobs" -> jobs(table, nowNanos);
      case "workers" -> workers(table, whole);
      case "actors" -> {
        Map<String, String> rows = new LinkedHashMap<>();
        actors.get().forEach((key, row) -> rows.put(key, RowJson.of(row)));
        table.replace("", rows);
      }
      default -> {
        return view.startsWith(Historian.JOB)
            && job(view.substring(Historian.JOB.length()), table, whole, at, nowNanos);
      }
    }
    return true;
  }

  /**
   * Which jobs have ended since this was last asked. What is known of those that were taken then is
   * made smaller.
   */
  List<String> takeEnded() {
    reporting.stream()
        .flatMap(id -> Stream.ofNullable(jobs.get(id)))
        .forEach(JobHistory::makeSmall);
    reporting.clear();
    reporting.addAll(ended);
    ended.clear();
    forgetOldest();
    return List.copyOf(reporting);
  }

  /** Which jobs are no more, since this was last asked. */
  List<String> takeGone() {
    List<String> taken = List.copyOf(gone);
    gone.clear();
    return taken;
  }

  /** Which reports nobody will ask for, since this was last asked. */
  List<String> takeDiscarded() {
    List<String> taken = List.copyOf(discarded);
    discarded.clear();
    return taken;
  }

  /** These are the files of all reports that jobs have left. */
  void reported(Map<String, String> files) {
    reports.clear();
    reports.putAll(files);
  }

  /** The file of the job's report, if it left one; a job that is tried again has none yet. */
  Optional<String> report(String job) {
    JobView view = views.get(job);
    return view != null && view.status().isTerminal()
        ? Optional.ofNullable(reports.get(job))
        : Optional.empty();
  }

  /** The workers as the desk sees them. */
  void see(List<WorkerView> views) {
    seen = views;
  }

  /** Something happened. */
  void on(HistoryEvent event, long nowNanos) {
    switch (event) {
      case HistoryEvent.OfBoard ofBoard -> onBoard(ofBoard, nowNanos);
      case HistoryEvent.WorkerChanged changed -> on(changed);
      case HistoryEvent.JobChanged(long at, JobView view) -> on(at, view);
      case HistoryEvent.JobLogged logged -> {
        JobHistory job = jobs.get(logged.job());
        if (job != null) {
          job.logged(logged.line());
        }
      }
      case HistoryEvent.JobUpdated told -> {
        JobHistory job = jobs.get(told.job());
        if (job != null) {
          job.told(told.at(), told.update());
        }
      }
      case HistoryEvent.JobDeleted deleted -> {
        views.remove(deleted.job());
        endedRows.remove(deleted.job());
        jobs.remove(deleted.job());
        gone.add(deleted.job());
        Optional.ofNullable(reports.remove(deleted.job())).ifPresent(discarded::add);
      }
    }
  }

  private void on(long at, JobView view) {
    views.put(view.id(), view);
    endedRows.remove(view.id());
    JobHistory job = jobs.computeIfAbsent(view.id(), JobHistory::new);
    if (job.changed(at, view)) {
      ended.add(view.id());
      jobs.putLast(view.id(), job);
    }
    if (view.status().isTerminal() && jobs.size() > MOST_JOBS) {
      forgetOldest();
    }
  }

  private void forgetOldest() {
    long over = jobs.values().stream().filter(JobHistory::hasEnded).count() - MOST_JOBS;
    List<String> oldest =
        jobs.values().stream()
            .filter(JobHistory::hasEnded)
            .map(JobHistory::id)
            .filter(id -> !ended.contains(id) && !reporting.contains(id))
            .limit(Math.max(0, over))
            .toList();
    oldest.forEach(jobs::remove);
  }

  private void onBoard(HistoryEvent.OfBoard event, long nowNanos) {
    if (event instanceof HistoryEvent.BoardOpened opened) {
      JobHistory job = jobs.get(opened.job());
      if (job != null) {
        job.opened(opened, nowNanos);
        boards.put(opened.run(), new OpenBoard(job, opened.tasks()));
      }
      return;
    }
    OpenBoard board = boards.get(event.run());
    if (board == null) {
      return;
    }
    switch (event) {
      case HistoryEvent.BoardOpened _ -> {}
      case HistoryEvent.BoardClosed closed -> {
        boards.remove(closed.run());
        leases.keySet().removeIf(lease -> lease.run().equals(closed.run()));
        board.job().closed(closed.at());
      }
      case HistoryEvent.LeaseGranted granted -> onGranted(board, granted);
      case HistoryEvent.LeaseCompleted completed -> {
        if (leases.remove(completed.lease()) != null) {
          board.job().released(completed.worker(), completed.at());
        }
      }
      case HistoryEvent.LeaseEnded ended -> onEnded(board, ended);
      case HistoryEvent.TasksRecorded recorded -> onRecorded(board, recorded, nowNanos);
      case HistoryEvent.TaskFailed failed -> {
        board.job().failed(failed, tensor(board, failed.task()));
        settled(failed.lease(), 1);
      }
      case HistoryEvent.StorageMeasured measured -> {
        if (measured.bytesPerSecond().isPresent()) {
          ceiling = measured.bytesPerSecond();
          ceilingFrom = "the inputs of " + measured.job();
        }
      }
    }
  }

  private static String tensor(OpenBoard board, int task) {
    return task >= 0 && task < board.tasks().size()
        ? board.tasks().get(task).tensor()
        : "task " + task;
  }

  private void settled(LeaseId lease, int count) {
    OpenLease open = leases.get(lease);
    if (open != null) {
      open.tasks = Math.max(0, open.tasks - count);
    }
  }

  private void onGranted(OpenBoard board, HistoryEvent.LeaseGranted granted) {
    JobHistory job = board.job();
    String name = granted.worker();
    Worker worker = workers.get(name);
    if (worker != null) {
      job.describe(name, worker.kind(), worker.node(), granted.at());
    }
    leases.put(granted.lease(), new OpenLease(job, name, granted.at(), granted.tasks().size()));
    job.leased(
        granted,
        took ->
            tell(
                granted.at(),
                name,
                "took",
                job.id(),
                JobHistory.taken(took.getKey()),
                took.getValue()));
  }

  private void onEnded(OpenBoard board, HistoryEvent.LeaseEnded ended) {
    if (leases.remove(ended.lease()) == null) {
      return;
    }
    board.job().returned(ended);
    if (!ended.returned().isEmpty()) {
      tell(
          ended.at(),
          ended.worker(),
          "returned",
          board.job().id(),
          ended.why().text(),
          ended.returned().size());
    }
  }

  private void onRecorded(OpenBoard board, HistoryEvent.TasksRecorded recorded, long nowNanos) {
    long in = 0;
    long out = 0;
    for (Done done : recorded.done()) {
      in += done.bytesIn();
      out += done.bytesOut();
    }
    OpenLease lease = leases.get(recorded.lease());
    board.job().did(recorded, lease == null ? 0 : lease.since, out, nowNanos);
    settled(recorded.lease(), recorded.done().size());
    read.add(in, nowNanos);
    written.add(out, nowNanos);
    tasks.add(recorded.done().size(), nowNanos);
    totalRead += in;
    totalWritten += out;
    totalTasks += recorded.done().size();
  }

  private void on(HistoryEvent.WorkerChanged changed) {
    boolean present =
        switch (changed.change()) {
          case JOINED, RESTARTED, OUT, DRAINED, RESUMED -> true;
          case SILENT, LEFT -> false;
        };
    if (present) {
      workers.put(changed.worker(), new Worker(changed.kind(), changed.node()));
    } else {
      workers.remove(changed.worker());
    }
    String kind = changed.change().name().toLowerCase(Locale.ROOT);
    tell(changed.at(), changed.worker(), kind, null, changed.detail(), 0);
    boards.values().stream()
        .map(OpenBoard::job)
        .distinct()
        .forEach(job -> job.worker(changed.at(), changed.worker(), kind, changed.detail()));
  }

  private void tell(
      long at, String worker, String kind, @Nullable String job, String text, int count) {
    workerEvents.add(new WorkerEvent(at, worker, kind, job, text, count));
  }

  /** Takes a sample, if it is time for one. */
  void sample(long at) {
    if (at - sampledAt < SAMPLE_MILLIS) {
      return;
    }
    double seconds = sampledAt == 0 ? SAMPLE_MILLIS / 1e3 : (at - sampledAt) / 1e3;
    samples.add(
        at / SAMPLE_MILLIS,
        new Sample(
            at,
            Math.round((totalRead - sampledRead) / seconds),
            Math.round((totalWritten - sampledWritten) / seconds),
            (totalTasks - sampledTasks) / seconds,
            (int) leases.values().stream().map(lease -> lease.worker).distinct().count(),
            workers.size()));
    sampledAt = at;
    sampledRead = totalRead;
    sampledWritten = totalWritten;
    sampledTasks = totalTasks;
  }

  private String row(JobView view, long nowNanos) {
    if (view.status().isTerminal()) {
      return endedRows.computeIfAbsent(
          view.id(), _ -> JobHistory.row(view, Optional.empty(), nowNanos));
    }
    return JobHistory.row(view, Optional.ofNullable(jobs.get(view.id())), nowNanos);
  }

  /** Rates, counts, what runs and what ended last. */
  void overview(LiveTable table, boolean whole, long nowNanos) {
    table.put("node", RowJson.of(node));
    table.put(
        "rates",
        RowJson.of(
            new Rates(
                read.perSecond(nowNanos),
                written.perSecond(nowNanos),
                tasks.exactlyPerSecond(nowNanos),
                ceiling.isPresent() ? ceiling.getAsLong() : null,
                ceiling.isPresent() ? ceilingFrom : null)));
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (JobStatus status : JobStatus.values()) {
      counts.put(status.name().toLowerCase(Locale.ROOT), 0);
    }
    views
        .values()
        .forEach(
            view -> counts.merge(view.status().name().toLowerCase(Locale.ROOT), 1, Integer::sum));
    table.put("counts", RowJson.of(counts));
    Map<String, Integer> states = new LinkedHashMap<>();
    states.put("total", seen.size());
    WorkerView.STATUSES.forEach(state -> states.put(state, 0));
    seen.forEach(worker -> states.merge(worker.status(), 1, Integer::sum));
    table.put("workers", RowJson.of(states));
    table.replace(
        "job/",
        shown()
            .collect(
                Collectors.toMap(
                    view -> "job/" + view.id(), view -> row(view, nowNanos), (one, _) -> one)));
    samples.render(table, whole);
  }

  /** Of those that wait, the first; of those that ended, the last. */
  private Stream<JobView> shown() {
    return Stream.of(
            views.values().stream()
                .filter(view -> view.status() != JobStatus.QUEUED && !view.status().isTerminal())
                .limit(MOST_OPEN_SHOWN),
            views.values().stream()
                .filter(view -> view.status() == JobStatus.QUEUED)
                .limit(MOST_OPEN_SHOWN),
            views.values().stream()
                .filter(view -> view.status().isTerminal())
                .sorted((one, other) ->
                    other
                        .ended()
                        .orElse(other.submitted())
                        .compareTo(one.ended().orElse(one.submitted())))
                .limit(MOST_ENDED_SHOWN))
        .flatMap(each -> each);
  }

  /** Every job. */
  void jobs(LiveTable table, long nowNanos) {
    Map<String, String> rows = new LinkedHashMap<>();
    views.values().forEach(view -> rows.put("job/" + view.id(), row(view, nowNanos)));
    table.replace("job/", rows);
  }

  /** Every worker, and what became of workers lately. */
  void workers(LiveTable table, boolean whole) {
    Map<String, ObjectNode> rows = new LinkedHashMap<>();
    for (WorkerView worker : seen) {
      ObjectNode row = RowJson.object(worker);
      double since = worker.secondsSinceReport();
      row.put("secondsSinceReport", since < RECENT_SECONDS ? 0 : Math.floor(since));
      row.putArray("held");
      rows.put(worker.name(), row);
    }
    leases.forEach((id, lease) -> {
      ObjectNode row = rows.get(lease.worker);
      if (row != null && row.withArray("held").size() < MOST_HELD_SHOWN) {
        row.withArray("held")
            .addPOJO(new Held(lease.job.id(), id.number(), lease.tasks, lease.since));
      }
    });
    Map<String, String> texts = new LinkedHashMap<>();
    rows.forEach((name, row) -> texts.put("worker/" + name, RowJson.of(row)));
    table.replace("worker/", texts);
    workerEvents.render(table, whole);
  }

  /** One job; false if nothing is known of it. */
  boolean job(String id, LiveTable table, boolean whole, long at, long nowNanos) {
    report(id)
        .ifPresentOrElse(
            file -> table.put("report", RowJson.of(Map.of("path", file))),
            () -> table.remove("report"));
    JobHistory job = jobs.get(id);
    if (job == null) {
      JobView view = views.get(id);
      if (view != null) {
        table.put("job", row(view, nowNanos));
        table.put("node", RowJson.of(node));
      }
      return view != null;
    }
    table.put("node", RowJson.of(node));
    job.render(table, whole, at, nowNanos);
    return job.view().isPresent();
  }
}
