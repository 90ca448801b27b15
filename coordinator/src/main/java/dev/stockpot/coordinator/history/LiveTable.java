package dev.stockpot.coordinator.history;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table of rows that tells what changed since any of its versions. Each row knows at which
 * version it changed last, so whoever has the rows of one version gets what is newer, and nothing
 * else: what is told costs time in proportion to what changed.
 *
 * <p>Removed rows are remembered for a while, to be told; who has a version from before that gets
 * all rows. Confined to one thread.
 */
final class LiveTable {

  /** Removed rows that are remembered, if there are not as many rows. */
  private static final int REMEMBERED = 1_000;

  /**
   * A row; without JSON, a removed one.
   *
   * @param version at which it changed last
   */
  private record Row(@Nullable String json, long version) {}

  /**
   * What changed.
   *
   * @param reset whether {@code rows} are all there are, so that others are to be forgotten
   * @param version of the table with these changes
   * @param rows by key, as JSON; null for a removed one
   */
  record Delta(boolean reset, long version, Map<String, @Nullable String> rows) {}

  /** By version, oldest first. */
  private final LinkedHashMap<String, Row> rows = new LinkedHashMap<>();

  private long version;

  /** From this version on, every change can be told. */
  private long oldest;

  private int removed;

  /**
   * A table without rows.
   *
   * @param version above those of any table that had this one's place before it
   */
  LiveTable(long version) {
    this.version = version;
    this.oldest = version;
  }

  long version() {
    return version;
  }

  /** The row is this from now on; that it was already changes nothing. */
  void put(String key, String json) {
    Row before = rows.get(key);
    if (before != null && json.equals(before.json())) {
      return;
    }
    if (before != null && before.json() == null) {
      removed--;
    }
    rows.putLast(key, new Row(json, ++version));
  }

  void remove(String key) {
    Row before = rows.get(key);
    if (before == null || before.json() == null) {
      return;
    }
    rows.putLast(key, new Row(null, ++version));
    removed++;
    if (removed > REMEMBERED && removed > rows.size() / 2) {
      forgetRemoved();
    }
  }

  private void forgetRemoved() {
    rows.values().removeIf(row -> row.json() == null);
    removed = 0;
    oldest = version;
  }

  /** Removes the rows whose keys begin so. */
  void removeAll(String prefix) {
    rows.entrySet().stream()
        .filter(row -> row.getKey().startsWith(prefix) && row.getValue().json() != null)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(this::remove);
  }

  /** These, by key, are all rows whose keys begin so. */
  void replace(String prefix, Map<String, String> all) {
    List<String> others =
        rows.keySet().stream()
            .filter(key -> key.startsWith(prefix) && !all.containsKey(key))
            .toList();
    others.forEach(this::remove);
    all.forEach(this::put);
  }

  /** All rows. */
  Delta all() {
    Map<String, @Nullable String> all = new LinkedHashMap<>();
    rows.forEach((key, row) -> {
      if (row.json() != null) {
        all.put(key, row.json());
      }
    });
    return new Delta(true, version, all);
  }

  /** Whether every change since that version is remembered. */
  boolean remembers(long known) {
    return known >= oldest && known <= version;
  }

  /** What is to be told to one who has the rows of that version of this table. */
  Delta since(long known) {
    if (!remembers(known)) {
      return all();
    }
    Map<String, @Nullable String> changed = new LinkedHashMap<>();
    for (Map.Entry<String, Row> entry : rows.reversed().sequencedEntrySet()) {
      if (entry.getValue().version() <= known) {
        break;
      }
      changed.put(entry.getKey(), entry.getValue().json());
    }
    return new Delta(false, version, changed);
  }
}
