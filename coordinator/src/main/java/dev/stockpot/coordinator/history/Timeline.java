package dev.stockpot.coordinator.history;

import dev.stockpot.coordinator.history.HistoryEvent.Done;
import dev.stockpot.merge.Receipt.StageNanos;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What each worker did for a job, in buckets of time. When they are full, each two of them become
 * one: what was done in all stays the same, to the byte and to the nanosecond. Knows no clock.
 * Confined to one thread.
 *
 * <p>It has 60,000 cells at most, which is about 6 MB. When its job has ended, it is made small:
 * 8,000 cells and 1,000 lanes at most, about 1.2 MB, so those of 50 jobs take 60 MB together.
 *
 * <p>A task counts in the bucket in which it was recorded; the time that it took is spread over the
 * buckets before it. How long a worker held leases is counted up to the moment of the last {@link
 * #accrue}.
 */
final class Timeline {

  static final int MOST_BUCKETS = 240;
  static final int MOST_CELLS = 60_000;

  /** More workers than this share a lane. */
  static final int MOST_LANES = 5_000;

  static final int SMALL_CELLS = 8_000;
  static final int SMALL_LANES = 1_000;

  private static final int LEAST_BUCKETS = 4;
  private static final long FIRST_STEP = 250;
  private static final String OTHERS = "others";

  private final long from;
  private long step = FIRST_STEP;

  /** All cells lie before this bucket. */
  private int used;

  private final Map<String, TimelineLane> lanes = new LinkedHashMap<>();
  private int mostCells = MOST_CELLS;

  /** Whether rows of lanes that are no more may be in the table. */
  private boolean joined;

  /** Without lanes. */
  Timeline(long from) {
    this.from = from;
  }

  long from() {
    return from;
  }

  /** Width of a bucket, in milliseconds; bucket i begins at {@code from + i * step}. */
  long step() {
    return step;
  }

  private TimelineLane lane(String worker) {
    TimelineLane known = lanes.get(worker);
    if (known != null) {
      return known;
    }
    String name = lanes.size() < MOST_LANES ? worker : OTHERS;
    TimelineLane lane = lanes.computeIfAbsent(name, TimelineLane::new);
    while (used > mostBuckets()) {
      widen();
    }
    return lane;
  }

  /** Says what the worker is. */
  void describe(String worker, String kind, String node) {
    lane(worker).describe(kind, node);
  }

  /** The job has ended; if it is tried again, there is room for as much as ever. */
  void makeSmall() {
    mostCells = SMALL_CELLS;
    if (lanes.size() > SMALL_LANES) {
      TimelineLane others = new TimelineLane(OTHERS);
      Optional.ofNullable(lanes.remove(OTHERS)).ifPresent(others::add);
      List<String> more = lanes.keySet().stream().skip(SMALL_LANES - 1).toList();
      more.forEach(name -> Optional.ofNullable(lanes.remove(name)).ifPresent(others::add));
      lanes.put(OTHERS, others);
      joined = true;
    }
    while (used > mostBuckets()) {
      widen();
    }
    lanes.values().forEach(lane -> lane.trim(used));
  }

  /** The worker has one lease more. */
  void leased(String worker, long at) {
    mostCells = MOST_CELLS;
    TimelineLane lane = lane(worker);
    accrue(lane, at);
    lane.leases++;
  }

  /** The worker has one lease less. */
  void released(String worker, long at) {
    TimelineLane lane = lane(worker);
    accrue(lane, at);
    lane.leases = Math.max(0, lane.leases - 1);
  }

  /** Nobody has a lease. */
  void releasedAll(long at) {
    accrue(at);
    lanes.values().forEach(lane -> lane.leases = 0);
  }

  /**
   * Tasks are recorded.
   *
   * @param since when the worker was given them
   */
  void did(String worker, long at, long since, List<Done> done) {
    TimelineLane lane = lane(worker);
    for (Done each : done) {
      lane.did(bucket(at), each.bytesIn(), each.bytesOut());
      spread(lane, at, since, each.receipt().times());
    }
  }

  void failed(String worker) {
    lane(worker).failed();
  }

  void returned(String worker, int tasks) {
    lane(worker).returned(tasks);
  }

  /** Counts the time for which workers hold leases up to now. */
  void accrue(long now) {
    lanes.values().forEach(lane -> accrue(lane, now));
  }

  private void accrue(TimelineLane lane, long now) {
    long start = Math.max(from, lane.accruedTo);
    if (lane.leases > 0 && now > start) {
      bucket(now - 1);
      for (long begin = start; begin < now; ) {
        int bucket = bucket(begin);
        long end = Math.min(now, from + (bucket + 1) * step);
        lane.held(bucket, end - begin);
        begin = end;
      }
    }
    lane.accruedTo = Math.max(lane.accruedTo, now);
  }

  private void spread(TimelineLane lane, long at, long since, StageNanos times) {
    long took = (times.read() + times.merge() + times.write()) / 1_000_000;
    long end = Math.max(from, at);
    long start = Math.clamp(Math.max(since, end - took), from, end);
    int last = bucket(end);
    StageNanos rest = times;
    for (int i = bucket(start); i < last; i++) {
      long begin = Math.max(start, from + i * step);
      double part = (from + (i + 1) * step - begin) / (double) (end - start);
      StageNanos share =
          new StageNanos(
              (long) (times.read() * part),
              (long) (times.merge() * part),
              (long) (times.write() * part));
      lane.took(i, share);
      rest =
          new StageNanos(
              rest.read() - share.read(),
              rest.merge() - share.merge(),
              rest.write() - share.write());
    }
    lane.took(last, rest);
  }

  private int bucket(long at) {
    long past = Math.max(0, at - from);
    while (past / step >= mostBuckets()) {
      widen();
    }
    int bucket = (int) (past / step);
    used = Math.max(used, bucket + 1);
    return bucket;
  }

  private int mostBuckets() {
    return Math.clamp(mostCells / Math.max(1, lanes.size()), LEAST_BUCKETS, MOST_BUCKETS);
  }

  private void widen() {
    step *= 2;
    used = (used + 1) / 2;
    lanes.values().forEach(TimelineLane::widen);
  }

  /** Of all lanes, as their cells have it. */
  Cell total() {
    Cell total = new Cell();
    lanes.values().forEach(lane -> lane.cells().forEach(total::add));
    return total;
  }

  int cells() {
    return lanes.values().stream().mapToInt(lane -> lane.cells().size()).sum();
  }

  /**
   * Brings the table up to date, once {@link #accrue} is.
   *
   * @param whole whether the table has none of the rows yet
   */
  void render(LiveTable table, boolean whole) {
    if (joined && !whole) {
      table.removeAll("lane/");
      table.removeAll("cell/");
    }
    boolean all = whole || joined;
    joined = false;
    lanes.values().forEach(lane -> lane.render(table, all));
  }

  /** What a worker did in a bucket; times are those of its threads together. */
  static final class Cell {
    private long tasks;
    private long bytesIn;
    private long bytesOut;
    private StageNanos times = StageNanos.ZERO;
    private long leasedMillis;

    void did(long in, long out) {
      tasks++;
      bytesIn += in;
      bytesOut += out;
    }

    void took(StageNanos more) {
      times = times.plus(more);
    }

    void held(long millis) {
      leasedMillis += millis;
    }

    void add(Cell other) {
      tasks += other.tasks;
      bytesIn += other.bytesIn;
      bytesOut += other.bytesOut;
      times = times.plus(other.times);
      leasedMillis += other.leasedMillis;
    }

    long tasks() {
      return tasks;
    }

    long bytesIn() {
      return bytesIn;
    }

    long bytesOut() {
      return bytesOut;
    }

    StageNanos times() {
      return times;
    }

    long leasedMillis() {
      return leasedMillis;
    }

    /** Of a row. */
    String json() {
      return "["
          + tasks
          + ","
          + bytesIn
          + ","
          + bytesOut
          + ","
          + times.read()
          + ","
          + times.merge()
          + ","
          + times.write()
          + ","
          + leasedMillis
          + "]";
    }
  }
}
