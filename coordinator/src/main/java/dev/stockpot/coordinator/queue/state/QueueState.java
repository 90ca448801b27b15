package dev.stockpot.coordinator.queue.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * All jobs, as the queue's events have made them, and which of them may run. Knows no actor, no
 * clock and no file. The state of one actor, which changes in place.
 */
public final class QueueState {

  /** Of jobs that ended, the last so many are remembered, ... */
  public static final int MAX_ENDED = 1_000;

  /** ... and fewer if their plans and logs take more bytes than this, about. */
  public static final long MAX_ENDED_SIZE = 64L << 20;

  /** By id, in order of submission. */
  private final Map<String, QueuedJob> jobs = new LinkedHashMap<>();

  /** Place in the order of submission, by id. */
  private final Map<String, Long> order = new HashMap<>();

  private final TreeSet<QueuedJob> queued =
      new TreeSet<>(
          Comparator.comparingInt((QueuedJob job) -> -job.submission().priority())
              .thenComparingLong(job -> order.getOrDefault(job.id(), Long.MAX_VALUE)));

  private final Map<String, QueuedJob> started = new LinkedHashMap<>();

  /** With the size that each counts for. */
  private final Map<String, Long> ended = new LinkedHashMap<>();

  /** Names of workers that are to take nothing. */
  private final Set<String> drained = new TreeSet<>();

  /** Ids of jobs that were forgotten and not taken. */
  private final List<String> gone = new ArrayList<>();

  private long endedSize;
  private long openSize;
  private long accepted;

  public QueueState() {}

  public QueueState(QueueSnapshot snapshot) {
    List<QueuedJob> all = snapshot.jobs().stream().map(QueuedJob::of).toList();
    all.forEach(this::put);
    // In the order of their ends, in which they will be forgotten.
    all.stream()
        .filter(job -> job.status().isTerminal())
        .sorted(Comparator.comparing(QueuedJob::ended))
        .forEach(job -> ended.put(job.id(), ended.remove(job.id())));
    drained.addAll(snapshot.drained());
    forgetOldest();
  }

  public QueueSnapshot snapshot() {
    return new QueueSnapshot(jobs.values().stream().map(QueuedJob::snapshot).toList(), drained);
  }

  public QueueState apply(QueueEvent event) {
    switch (event) {
      case QueueEvent.Submitted submitted -> put(QueuedJob.accepted(submitted));
      case QueueEvent.Deleted(String id, _) -> job(id).ifPresent(this::forget);
      case QueueEvent.OfJob ofJob -> happened(ofJob);
      case QueueEvent.WorkerDrained(String worker, _) -> drained.add(worker);
      case QueueEvent.WorkerResumed(String worker, _) -> drained.remove(worker);
    }
    return this;
  }

  private void happened(QueueEvent.OfJob event) {
    QueuedJob job = jobs.get(event.id());
    if (job == null) {
      // Its end was long ago; a note may still have been under way.
      return;
    }
    if (event instanceof QueueEvent.Noted && !job.status().isTerminal()) {
      job.apply(event);
      return;
    }
    unlist(job);
    job.apply(event);
    list(job);
    forgetOldest();
  }

  private void put(QueuedJob job) {
    jobs.put(job.id(), job);
    order.put(job.id(), accepted++);
    list(job);
  }

  private void list(QueuedJob job) {
    if (job.status().isTerminal()) {
      ended.put(job.id(), job.size());
      endedSize += job.size();
      return;
    }
    openSize += job.submission().plan().length();
    if (job.isQueued()) {
      queued.add(job);
    } else {
      started.put(job.id(), job);
    }
  }

  private void unlist(QueuedJob job) {
    if (job.status().isTerminal()) {
      endedSize -= Optional.ofNullable(ended.remove(job.id())).orElse(0L);
      return;
    }
    openSize -= job.submission().plan().length();
    if (job.isQueued()) {
      queued.remove(job);
    } else {
      started.remove(job.id());
    }
  }

  private void forgetOldest() {
    while (ended.size() > MAX_ENDED || (endedSize > MAX_ENDED_SIZE && ended.size() > 1)) {
      job(ended.keySet().iterator().next()).ifPresent(this::forget);
    }
  }

  private void forget(QueuedJob job) {
    unlist(job);
    jobs.remove(job.id());
    order.remove(job.id());
    gone.add(job.id());
  }

  /** Which jobs were forgotten, deleted ones among them, since this was last asked. */
  public List<String> takeGone() {
    List<String> taken = List.copyOf(gone);
    gone.clear();
    return taken;
  }

  /** Names of workers that are to take nothing. */
  public Set<String> drained() {
    return Set.copyOf(drained);
  }

  public Optional<QueuedJob> job(String id) {
    return Optional.ofNullable(jobs.get(id));
  }

  /** The latest first. */
  public Collection<QueuedJob> latestFirst() {
    List<QueuedJob> all = new ArrayList<>(jobs.values());
    return all.reversed();
  }

  /** Jobs that left the queue and have not ended. */
  public Collection<QueuedJob> started() {
    return List.copyOf(started.values());
  }

  /** Jobs that have not ended. */
  public int open() {
    return jobs.size() - ended.size();
  }

  /** Characters in the plans of those. */
  public long openSize() {
    return openSize;
  }

  /**
   * What is to be done about the jobs that wait.
   *
   * @param start these are to run from now on, in order
   * @param waiting these wait for the job named, which writes the same output
   */
  public record Decision(List<QueuedJob> start, Map<String, String> waiting) {}

  /**
   * Who may run now: first those that ran when the coordinator ended, then by priority and order of
   * submission, and no two that write the same output. A job that waits for an output lets nobody
   * else have its other outputs.
   *
   * @param running ids of jobs that run
   * @param maxRunning how many may run
   */
  public Decision decide(Set<String> running, int maxRunning) {
    OutputPlaces places = new OutputPlaces();
    for (String id : running) {
      job(id).ifPresent(job -> places.take(job.submission().places(), id));
    }
    List<QueuedJob> start = new ArrayList<>();
    Map<String, String> waiting = new LinkedHashMap<>();
    List<QueuedJob> candidates = new ArrayList<>(started.values());
    candidates.removeIf(job -> running.contains(job.id()));
    candidates.addAll(queued);
    for (QueuedJob job : candidates) {
      if (running.size() + start.size() >= maxRunning) {
        break;
      }
      List<String> wanted = job.submission().places();
      places
          .taken(wanted)
          .ifPresentOrElse(other -> waiting.put(job.id(), other), () -> start.add(job));
      places.take(wanted, job.id());
    }
    return new Decision(start, waiting);
  }
}
