package dev.stockpot.coordinator.history;

import dev.stockpot.coordinator.history.Timeline.Cell;
import dev.stockpot.merge.Receipt.StageNanos;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What one worker did for a job. Confined to one thread, and to its {@link Timeline}. */
final class TimelineLane {

  /**
   * Of a worker, as a row.
   *
   * @param read nanoseconds of its threads together, as the next two
   * @param leased nanoseconds for which it held a lease
   */
  private record Row(
      String kind,
      String node,
      long tasks,
      long bytesIn,
      long bytesOut,
      long failed,
      long returned,
      long read,
      long merge,
      long write,
      long leased) {}

  private final String name;
  private String kind = "";
  private String node = "";

  /** By bucket; there is none beyond. */
  private @Nullable Cell[] cells = new @Nullable Cell[0];

  /** Buckets whose rows are not what the cells are. */
  private final BitSet changed = new BitSet();

  private final Cell total = new Cell();
  private boolean totalChanged = true;
  private long failed;
  private long returned;

  /** That it holds. */
  int leases;

  /** Up to where that it holds leases is counted. */
  long accruedTo;

  TimelineLane(String name) {
    this.name = name;
  }

  void describe(String kindOfDevice, String address) {
    kind = kindOfDevice;
    node = address;
    totalChanged = true;
  }

  void did(int bucket, long in, long out) {
    changing(bucket).did(in, out);
    total.did(in, out);
  }

  void took(int bucket, StageNanos times) {
    changing(bucket).took(times);
    total.took(times);
  }

  void held(int bucket, long millis) {
    changing(bucket).held(millis);
    total.held(millis);
  }

  void failed() {
    failed++;
    totalChanged = true;
  }

  void returned(int tasks) {
    returned += tasks;
    totalChanged = true;
  }

  private Cell changing(int bucket) {
    changed.set(bucket);
    totalChanged = true;
    if (bucket >= cells.length) {
      cells =
          Arrays.copyOf(cells, Math.clamp(2L * cells.length, bucket + 1, Timeline.MOST_BUCKETS));
    }
    Cell cell = cells[bucket];
    if (cell == null) {
      cell = new Cell();
      cells[bucket] = cell;
    }
    return cell;
  }

  /** What the other did was done here. */
  void add(TimelineLane other) {
    for (int i = 0; i < other.cells.length; i++) {
      Cell cell = other.cells[i];
      if (cell != null) {
        changing(i).add(cell);
      }
    }
    total.add(other.total);
    failed += other.failed;
    returned += other.returned;
  }

  /** Takes no more room than so many buckets need. */
  void trim(int buckets) {
    if (cells.length > buckets) {
      cells = Arrays.copyOf(cells, buckets);
    }
  }

  /** Each two buckets become one. */
  void widen() {
    for (int i = 0; i < cells.length; i++) {
      Cell cell = cells[i];
      if (cell == null) {
        continue;
      }
      changed.set(i);
      changed.set(i / 2);
      cells[i] = null;
      Cell half = cells[i / 2];
      if (half == null) {
        cells[i / 2] = cell;
      } else {
        half.add(cell);
      }
    }
  }

  List<Cell> cells() {
    return Arrays.stream(cells).filter(Objects::nonNull).toList();
  }

  void render(LiveTable table, boolean whole) {
    if (whole) {
      changed.set(0, cells.length);
    }
    if (whole || totalChanged) {
      table.put("lane/" + name, RowJson.of(row()));
      totalChanged = false;
    }
    for (int i = changed.nextSetBit(0); i >= 0; i = changed.nextSetBit(i + 1)) {
      Cell cell = i < cells.length ? cells[i] : null;
      String key = "cell/" + i + "/" + name;
      if (cell == null) {
        table.remove(key);
      } else {
        table.put(key, cell.json());
      }
    }
    changed.clear();
  }

  private Row row() {
    return new Row(
        kind,
        node,
        total.tasks(),
        total.bytesIn(),
        total.bytesOut(),
        failed,
        returned,
        total.times().read(),
        total.times().merge(),
        total.times().write(),
        total.leasedMillis() * 1_000_000);
  }
}
