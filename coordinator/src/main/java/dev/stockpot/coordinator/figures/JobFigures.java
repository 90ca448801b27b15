package dev.stockpot.coordinator.figures;

import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.history.HistoryEvent.Done;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.CandidateEvaluated;
import dev.stockpot.coordinator.order.SearchDetail.EvaluationEnded;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.metrics.Histograms;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs, tasks, leases, receipts and evaluations, counted from what happens to them. Jobs are named
 * only while they live. Safe for any thread.
 */
public final class JobFigures implements Consumer<HistoryEvent> {

  private static final Logger LOG = LoggerFactory.getLogger(JobFigures.class);

  /** Not {@code job}, which is what Prometheus calls what it scrapes. */
  private static final String JOB = "job_id";

  private static final double NANOS = 1e9;
  private static final String OUTCOME = "outcome";
  private static final String REASON = "reason";

  /** Names of workers that are remembered with their kind. */
  private static final int MOST_WORKERS = 10_000;

  private final AtomicLong uncounted = new AtomicLong();
  private final Counter tasks;
  private final Counter receipts;
  private final Counter granted;
  private final Counter ended;
  private final Counter evaluations;
  private final Histogram evaluationSeconds;
  private final Counter lost;
  private final Counter restarts;
  private final KindFigures kinds;

  private final Map<String, JobView> jobs = new ConcurrentHashMap<>();
  private final Map<String, Double> best = new ConcurrentHashMap<>();
  private final Map<String, BoardTasks> boards = new ConcurrentHashMap<>();
  private final Map<String, String> kindOfWorker = new ConcurrentHashMap<>();

  /** Those of this process, which show from the first time on. */
  public static JobFigures of(Metrics metrics) {
    return metrics.part(JobFigures.class, JobFigures::new);
  }

  private JobFigures(PrometheusRegistry registry) {
    kinds = new KindFigures(registry);
    tasks =
        KindFigures.counter(
            registry,
            "stockpot_tasks_total",
            "Tasks that were merged and recorded, failed, or were given back by leases that ended"
                + " early.",
            OUTCOME);
    receipts =
        KindFigures.counter(
            registry, "stockpot_receipts_total", "Receipts that stand in the journal.");
    granted = KindFigures.counter(registry, "stockpot_leases_granted_total", "Leases given.");
    ended =
        KindFigures.counter(
            registry,
            "stockpot_leases_ended_total",
            "Leases that ended: completed, early, and why, or closed with their run.",
            REASON);
    evaluations =
        KindFigures.counter(
            registry, "stockpot_evaluations_total", "Evaluations that ended.", OUTCOME);
    evaluationSeconds =
        Histograms.longSeconds(
            registry,
            "stockpot_evaluation_seconds",
            "How long evaluations took, from their order to their scores.");
    lost =
        KindFigures.counter(
            registry,
            "stockpot_workers_lost_total",
            "Workers that fell silent, or whose node left.",
            REASON);
    restarts =
        KindFigures.counter(
            registry, "stockpot_worker_restarts_total", "Workers that started anew.");
    showJobs(registry);
    showTasks(registry);
    // A rate needs its zero.
    for (String outcome : new String[] {"merged", "failed", "returned"}) {
      tasks.initLabelValues(outcome);
    }
    for (HistoryEvent.LeaseEnd why : HistoryEvent.LeaseEnd.values()) {
      ended.initLabelValues(word(why));
    }
    ended.initLabelValues("completed");
    ended.initLabelValues("closed");
    lost.initLabelValues("silent");
    lost.initLabelValues("left");
    evaluations.initLabelValues("scored");
    evaluations.initLabelValues("failed");
    evaluations.initLabelValues("cancelled");
  }

  private void showJobs(PrometheusRegistry registry) {
    GaugeWithCallback.builder()
        .name("stockpot_jobs")
        .help("Jobs that are remembered, by their status.")
        .labelNames("status")
        .callback(told -> {
          Map<JobStatus, Long> counts = new HashMap<>();
          jobs.values().forEach(job -> counts.merge(job.status(), 1L, Long::sum));
          Arrays.stream(JobStatus.values())
              .forEach(status -> told.call((double) counts.getOrDefault(status, 0L), word(status)));
        })
        .register(registry);
    ofLiving(
        registry,
        "stockpot_job_output_bytes",
        "Bytes of tensors of the output of a job that runs.",
        view -> view.progress().bytes());
    ofLiving(
        registry,
        "stockpot_job_done_bytes",
        "Those of them that are done.",
        view -> view.progress().doneBytes());
    GaugeWithCallback.builder()
        .name("stockpot_job_best_score")
        .help("The best value of the objective that a search has found so far.")
        .labelNames(JOB)
        .callback(told -> best.forEach((job, value) -> told.call(value, job)))
        .register(registry);
  }

  private void ofLiving(
      PrometheusRegistry registry, String name, String help, ToLongFunction<JobView> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(JOB)
        .callback(told ->
            jobs.values().stream()
                .filter(JobFigures::runs)
                .forEach(view -> told.call((double) value.applyAsLong(view), view.id())))
        .register(registry);
  }

  private void showTasks(PrometheusRegistry registry) {
    GaugeWithCallback.builder()
        .name("stockpot_job_tasks")
        .help("Tasks of a job that runs: done, leased to workers, or waiting.")
        .labelNames(JOB, "state")
        .callback(told -> {
          Map<String, BoardTasks.Counts> counts = new HashMap<>();
          boards
              .values()
              .forEach(board -> counts.merge(board.job(), board.counts(), BoardTasks.Counts::plus));
          counts.forEach((job, each) -> {
            told.call(each.done(), job, "done");
            told.call(each.leased(), job, "leased");
            told.call(each.waiting(), job, "waiting");
          });
        })
        .register(registry);
  }

  private static boolean runs(JobView view) {
    return !view.status().isTerminal() && view.status() != JobStatus.QUEUED;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** A coordination begins: what the last one of this process knew is no more. */
  public void begin() {
    jobs.clear();
    best.clear();
    boards.clear();
  }

  /** Whoever tells what happens must not fail because it cannot be counted. */
  @Override
  public void accept(HistoryEvent event) {
    try {
      count(event);
    } catch (RuntimeException e) {
      if (uncounted.getAndIncrement() == 0) {
        LOG.error(
            "what happened cannot be counted, here and from now on wherever it is so: {}",
            event,
            e);
      }
    }
  }

  private void count(HistoryEvent event) {
    switch (event) {
      case HistoryEvent.BoardOpened opened ->
          boards.put(
              opened.run(), new BoardTasks(opened.job(), opened.tasks().size(), opened.kept()));
      case HistoryEvent.BoardClosed closed -> {
        boards.remove(closed.run());
        ended.labelValues("closed").inc(closed.leases());
      }
      case HistoryEvent.LeaseGranted lease -> onGranted(lease);
      case HistoryEvent.LeaseCompleted _ -> ended.labelValues("completed").inc();
      case HistoryEvent.LeaseEnded lease -> onEnded(lease);
      case HistoryEvent.TasksRecorded recorded -> onRecorded(recorded);
      case HistoryEvent.TaskFailed failed -> onFailed(failed);
      case HistoryEvent.WorkerChanged worker -> onWorker(worker);
      case HistoryEvent.JobChanged job -> onJob(job.view());
      case HistoryEvent.JobUpdated updated -> onUpdate(updated.job(), updated.update());
      case HistoryEvent.JobDeleted deleted -> jobs.remove(deleted.job());
      case HistoryEvent.JobLogged _, HistoryEvent.StorageMeasured _ -> {}
    }
  }

  private void onGranted(HistoryEvent.LeaseGranted lease) {
    granted.inc();
    BoardTasks board = boards.get(lease.run());
    if (board != null) {
      for (TensorTask task : lease.tasks()) {
        board.leased(task.id());
      }
    }
  }

  private void onEnded(HistoryEvent.LeaseEnded lease) {
    ended.labelValues(word(lease.why())).inc();
    tasks.labelValues("returned").inc(lease.returned().size());
    BoardTasks board = boards.get(lease.run());
    if (board != null) {
      lease.returned().forEach(board::returned);
    }
  }

  private void onRecorded(HistoryEvent.TasksRecorded recorded) {
    tasks.labelValues("merged").inc(recorded.done().size());
    receipts.inc(recorded.done().size());
    BoardTasks board = boards.get(recorded.run());
    long bytesIn = 0;
    long bytesOut = 0;
    StageNanos times = StageNanos.ZERO;
    for (Done done : recorded.done()) {
      bytesIn += done.bytesIn();
      bytesOut += done.bytesOut();
      times = times.plus(done.receipt().times());
      if (board != null) {
        board.done(done.task().id());
      }
    }
    kinds.of(kindOfWorker.getOrDefault(recorded.worker(), "unknown")).did(bytesIn, bytesOut, times);
  }

  private void onFailed(HistoryEvent.TaskFailed failed) {
    tasks.labelValues("failed").inc();
    BoardTasks board = boards.get(failed.run());
    if (board != null) {
      board.returned(failed.task());
    }
  }

  private void onWorker(HistoryEvent.WorkerChanged worker) {
    if (kindOfWorker.size() >= MOST_WORKERS) {
      kindOfWorker.clear();
    }
    kindOfWorker.put(worker.worker(), worker.kind());
    switch (worker.change()) {
      case RESTARTED -> restarts.inc();
      case SILENT, LEFT -> lost.labelValues(word(worker.change())).inc();
      case JOINED, OUT, DRAINED, RESUMED -> {}
    }
  }

  private void onJob(JobView view) {
    JobView before = jobs.put(view.id(), view);
    if (!runs(view) || (before != null && before.plan() != view.plan())) {
      best.remove(view.id());
    }
  }

  private void onUpdate(String job, JobUpdate update) {
    switch (update) {
      case EvaluationEnded ended -> {
        evaluations.labelValues(outcome(ended)).inc();
        evaluationSeconds.observe(ended.took().toNanos() / NANOS);
      }
      case CandidateEvaluated evaluated ->
          evaluated.value().ifPresent(value -> best.merge(job, value, Math::max));
      default -> {}
    }
  }

  private static String outcome(EvaluationEnded ended) {
    return ended.failure().isPresent()
        ? "failed"
        : ended.scores().isPresent() ? "scored" : "cancelled";
  }
}
