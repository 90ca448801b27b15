package dev.stockpot.coordinator.desk;

import dev.stockpot.coordinator.history.RecentRate;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The workers that report, and for a while those that stopped to. Knows no clock. Every operation
 * but {@link #remove} and {@link #all} costs time in proportion to the workers it names. Confined
 * to one thread.
 */
final class Roster {

  /** How long a silent worker is shown. */
  static final Duration REMEMBERED = Duration.ofMinutes(10);

  /** What a report says beside its content. */
  enum Sighting {
    /** Not seen before, or silent until now. */
    JOINED,
    /** As before. */
    PRESENT,
    /** A new incarnation of a worker that was present. */
    RESTARTED,
    /** Of an incarnation before the present one, or of another worker of the same name. */
    OUTDATED
  }

  /** A worker. */
  static final class Entry {
    private WorkerReported report;
    private long sinceNanos;
    private boolean silent;
    private long doneTasks;
    private long doneBytes;
    private final RecentRate rate = new RecentRate();
    private Map<LeaseId, Integer> strange = Map.of();

    private Entry(WorkerReported report, long sinceNanos) {
      this.report = report;
      this.sinceNanos = sinceNanos;
    }

    /** As it reported last. */
    WorkerReported report() {
      return report;
    }

    WorkerId id() {
      return report.worker();
    }

    /** When it reported last. */
    long sinceNanos() {
      return sinceNanos;
    }

    boolean isSilent() {
      return silent;
    }

    long doneTasks() {
      return doneTasks;
    }

    /** Bytes of output. */
    long doneBytes() {
      return doneBytes;
    }

    /**
     * Which leases to tell the worker the end of. A report that crosses an acknowledgement still
     * names what has just ended, so only the second report counts; and a worker that is behind
     * repeats itself, so it is told at the second, the fourth, the eighth.
     *
     * @param named leases of the present report that are not the worker's
     * @param atOnce whether the worker cannot know yet that they are not
     */
    List<LeaseId> toClose(List<LeaseId> named, boolean atOnce) {
      Map<LeaseId, Integer> reports = new HashMap<>();
      for (LeaseId lease : named) {
        reports.put(lease, strange.getOrDefault(lease, atOnce ? 1 : 0) + 1);
      }
      strange = reports;
      return named.stream()
          .filter(lease -> {
            int count = Objects.requireNonNull(reports.get(lease));
            return count > 1 && Integer.bitCount(count) == 1;
          })
          .toList();
    }

    void did(long bytes, long nowNanos) {
      doneTasks++;
      doneBytes += bytes;
      rate.add(bytes, nowNanos);
    }

    /** Of output, lately. */
    long bytesPerSecond(long nowNanos) {
      return rate.perSecond(nowNanos);
    }
  }

  private final Duration term;

  /** By time of the last report, oldest first. */
  private final LinkedHashMap<String, Entry> present = new LinkedHashMap<>();

  /** By time of the last report, nearly: oldest first. */
  private final LinkedHashMap<String, Entry> silent = new LinkedHashMap<>();

  /**
   * A roster without workers.
   *
   * @param term how long a worker is present without another report
   */
  Roster(Duration term) {
    this.term = term;
  }

  /** Takes a report in, unless it is outdated. */
  Sighting see(WorkerReported report, long nowNanos) {
    String name = report.worker().name();
    Entry known = present.get(name);
    if (known == null) {
      Entry before = silent.remove(name);
      Entry entry = before == null ? new Entry(report, nowNanos) : before;
      entry.report = report;
      entry.sinceNanos = nowNanos;
      entry.silent = false;
      present.putLast(name, entry);
      return Sighting.JOINED;
    }
    long difference = report.worker().incarnation() - known.id().incarnation();
    if (difference < 0) {
      return Sighting.OUTDATED;
    }
    known.report = report;
    known.sinceNanos = nowNanos;
    present.putLast(name, known);
    return difference == 0 ? Sighting.PRESENT : Sighting.RESTARTED;
  }

  /** The worker, if it is present in this incarnation. */
  Optional<Entry> find(WorkerId id) {
    return Optional.ofNullable(present.get(id.name())).filter(entry -> entry.id().equals(id));
  }

  /** The worker that is present under this name, in whichever incarnation. */
  Optional<Entry> named(String name) {
    return Optional.ofNullable(present.get(name));
  }

  int size() {
    return present.size();
  }

  /** Moves workers whose term is over out of the present ones, and forgets long silent ones. */
  List<Entry> expire(long nowNanos) {
    List<Entry> expired = new ArrayList<>();
    while (!present.isEmpty() && isOver(present.firstEntry().getValue(), term, nowNanos)) {
      expired.add(silence(present.firstEntry().getValue()));
    }
    while (!silent.isEmpty() && isOver(silent.firstEntry().getValue(), REMEMBERED, nowNanos)) {
      silent.pollFirstEntry();
    }
    return expired;
  }

  private static boolean isOver(Entry entry, Duration term, long nowNanos) {
    return nowNanos - entry.sinceNanos > term.toNanos();
  }

  /** Moves these workers out of the present ones. */
  List<Entry> remove(Predicate<Entry> which) {
    List<Entry> removed = present.values().stream().filter(which).toList();
    removed.forEach(this::silence);
    return removed;
  }

  private Entry silence(Entry entry) {
    present.remove(entry.id().name());
    entry.silent = true;
    silent.putLast(entry.id().name(), entry);
    return entry;
  }

  /** Present workers, then silent ones. */
  List<Entry> all() {
    List<Entry> all = new ArrayList<>(present.values());
    all.addAll(silent.values());
    return all;
  }
}
