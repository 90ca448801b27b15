package dev.stockpot.coordinator.history;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A view that somebody looks at, or did a short while ago: its rows as they were rendered last, and
 * what is told of them. Confined to one thread.
 */
final class View {

  /** How long what was rendered is as good as new. */
  static final Duration FRESH = Duration.ofMillis(450);

  /** How long all rows, once they are encoded, are told to others. */
  private static final Duration SHARED = Duration.ofSeconds(10);

  /** What changed is a large part of all if it is more than one in so many bytes. */
  private static final int LARGE_PART = 4;

  private final String name;
  private final String epoch;
  private final LiveTable table;
  private boolean rendered;
  private long renderedAt;
  private long usedAt;

  /** Encoded last, for others that ask for the same. */
  private @Nullable Encoded all;

  private @Nullable Encoded delta;

  /**
   * Rows that were encoded.
   *
   * @param from the version since which rows changed; -1 for all
   * @param to the version of the table then
   */
  private record Encoded(long from, long to, long at, ViewNews.Rows rows) {}

  /**
   * Not rendered yet.
   *
   * @param epoch names the historian, whose versions these are
   * @param version above those of any view that had this one's place before it
   */
  View(String name, String epoch, long version) {
    this.name = name;
    this.epoch = epoch;
    this.table = new LiveTable(version);
  }

  String name() {
    return name;
  }

  long version() {
    return table.version();
  }

  void used(long now) {
    usedAt = now;
  }

  boolean isUsed(long now, Duration within) {
    return now - usedAt < within.toNanos();
  }

  /** What was rendered before is not good enough. */
  void outdate() {
    renderedAt -= FRESH.toNanos();
  }

  /**
   * Brings the rows up to date.
   *
   * @param at the time of day, in milliseconds
   * @return whether there is such a view
   */
  boolean render(History history, long at, long now) {
    if (rendered && now - renderedAt < FRESH.toNanos()) {
      return true;
    }
    boolean whole = !rendered;
    rendered = true;
    renderedAt = now;
    if (all != null && now - all.at() > SHARED.toNanos()) {
      all = null;
    }
    return history.render(name, table, whole, at, now);
  }

  /** The version that this id means; -1 if it says nothing here. */
  long known(Optional<String> id) {
    String prefix = epoch + ".";
    return id.filter(text -> text.startsWith(prefix))
        .map(text -> text.substring(prefix.length()))
        .filter(version -> version.matches("[0-9]{1,18}"))
        .map(Long::parseLong)
        .orElse(-1L);
  }

  /** What is new to one who has that version; all, if none. */
  ViewNews.Rows since(long known) {
    if (!table.remembers(known)) {
      all = encoded(all, -1);
      return all.rows();
    }
    delta = encoded(delta, known);
    return delta.rows();
  }

  /**
   * The same for one who goes on looking. Who comes within a short while of others gets the bytes
   * of all rows that they got, and then what changed since, unless that is a large part of them.
   */
  ViewNews.Rows following(long known) {
    Encoded shared = all;
    if (table.remembers(known) || shared == null || !table.remembers(shared.to())) {
      return since(known);
    }
    if (shared.to() == table.version()) {
      return shared.rows();
    }
    ViewNews.Rows changed = since(shared.to());
    return changed.json().size() * LARGE_PART < shared.rows().json().size()
        ? new ViewNews.Rows(Optional.of(shared.rows()), changed.id(), changed.json())
        : since(-1);
  }

  private Encoded encoded(@Nullable Encoded last, long from) {
    return last != null && last.from() == from && last.to() == table.version()
        ? last
        : new Encoded(
            from, table.version(), renderedAt, rows(from < 0 ? table.all() : table.since(from)));
  }

  private ViewNews.Rows rows(LiveTable.Delta delta) {
    StringBuilder json = new StringBuilder();
    json.append("{\"epoch\":\"")
        .append(epoch)
        .append("\",\"version\":")
        .append(delta.version())
        .append(",\"reset\":")
        .append(delta.reset())
        .append(",\"rows\":{");
    boolean[] first = {true};
    delta
        .rows()
        .forEach((key, row) -> {
          json.append(first[0] ? "" : ",").append(RowJson.of(key)).append(':').append(row);
          first[0] = false;
        });
    json.append("}}");
    return new ViewNews.Rows(
        Optional.empty(),
        epoch + "." + delta.version(),
        ByteString.fromArrayUnsafe(json.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
