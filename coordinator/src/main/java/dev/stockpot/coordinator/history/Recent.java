package dev.stockpot.coordinator.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The last so many of the things that happen, each a row of one table by its number. Confined to
 * one thread.
 */
final class Recent<T> {

  private record Numbered<T>(long number, T thing) {}

  private final String prefix;
  private final int most;
  private final Deque<Numbered<T>> kept = new ArrayDeque<>();

  /** Numbers of rows of the table that are not kept any more. */
  private final List<Long> gone = new ArrayList<>();

  private long last = -1;

  /** Those up to here are rows of the table. */
  private long rendered = -1;

  /**
   * Nothing yet.
   *
   * @param prefix of the rows' keys
   */
  Recent(String prefix, int most) {
    this.prefix = prefix;
    this.most = most;
  }

  void add(T thing) {
    add(last + 1, thing);
  }

  /** With a number of its own; one that is not above the last is known already. */
  void add(long number, T thing) {
    if (number <= last) {
      return;
    }
    last = number;
    kept.add(new Numbered<>(number, thing));
    if (kept.size() > most) {
      long oldest = kept.remove().number();
      if (oldest <= rendered) {
        gone.add(oldest);
      }
    }
  }

  void forEach(Consumer<T> consumer) {
    kept.forEach(each -> consumer.accept(each.thing()));
  }

  /**
   * Brings the table up to date.
   *
   * @param whole whether the table has none of the rows yet
   */
  void render(LiveTable table, boolean whole) {
    if (whole) {
      rendered = -1;
    } else {
      gone.forEach(number -> table.remove(prefix + number));
    }
    gone.clear();
    List<Numbered<T>> fresh = new ArrayList<>();
    for (Iterator<Numbered<T>> each = kept.descendingIterator(); each.hasNext(); ) {
      Numbered<T> one = each.next();
      if (one.number() <= rendered) {
        break;
      }
      fresh.add(one);
    }
    for (Numbered<T> one : fresh.reversed()) {
      table.put(prefix + one.number(), RowJson.of(one.thing()));
    }
    rendered = last;
  }
}
