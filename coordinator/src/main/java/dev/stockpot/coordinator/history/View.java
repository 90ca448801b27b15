package dev.stockpot.coordinator.history;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A view that somebody looks at, or did a short while ago: its rows as they were rendered last, and
 * what is told of them. Confined to one thread.
 */
final class View {

  /** How long what was rendered is as good as new. */
  static final Duration FRESH = Duration.ofMillis(450);

  private final String name;
  private final String epoch;
  private final LiveTable table;
  private boolean rendered;
  private long renderedAt;
  private long usedAt;

  /** The delta that was told last, for others that have the same version. */
  private long toldFrom = -2;

  private ViewNews.@Nullable Rows told;

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
    ViewNews.Rows last = told;
    if (last != null && toldFrom == known && last.id().equals(id(table.version()))) {
      return last;
    }
    ViewNews.Rows rows = rows(known < 0 ? table.all() : table.since(known));
    toldFrom = known;
    told = rows;
    return rows;
  }

  private String id(long version) {
    return epoch + "." + version;
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
    return new ViewNews.Rows(id(delta.version()), json.toString());
  }
}
