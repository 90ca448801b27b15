package dev.stockpot.coordinator.http.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs that something was refused: once per peer and cause in a while, with the number of those
 * that were passed over, so that an outsider cannot fill the log. Safe for any thread.
 */
public final class RefusalLog {

  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

  /** Peers and causes remembered; beyond them the one seen first is forgotten. */
  private static final int REMEMBERED = 1_024;

  private record Key(String peer, String cause) {}

  private static final class Entry {
    private final long loggedAt;
    private long passedOver;

    Entry(long loggedAt) {
      this.loggedAt = loggedAt;
    }
  }

  private final String what;
  private final long everyNanos;
  private final LongSupplier nanoClock;
  private final Map<Key, Entry> entries = new LinkedHashMap<>();

  /**
   * Nothing refused yet.
   *
   * @param what is refused, such as {@code a request}
   * @param every how often the same is told of the same peer
   */
  public RefusalLog(String what, Duration every, LongSupplier nanoClock) {
    this.what = what;
    this.everyNanos = every.toNanos();
    this.nanoClock = nanoClock;
  }

  /**
   * Something was refused.
   *
   * @param cause one of a few fixed texts
   */
  public void refused(String peer, String cause) {
    line(peer, cause).ifPresent(LOG::warn);
  }

  /** What to log now, if anything. */
  synchronized Optional<String> line(String peer, String cause) {
    Key key = new Key(peer, cause);
    long now = nanoClock.getAsLong();
    Entry known = entries.get(key);
    if (known != null && now - known.loggedAt < everyNanos) {
      known.passedOver++;
      return Optional.empty();
    }
    entries.remove(key);
    entries.put(key, new Entry(now));
    if (entries.size() > REMEMBERED) {
      entries.remove(entries.keySet().iterator().next());
    }
    String more =
        known == null || known.passedOver == 0
            ? ""
            : " (and %d more before)".formatted(known.passedOver);
    return Optional.of("refused %s of %s: %s%s".formatted(what, peer, cause, more));
  }
}
