package dev.stockpot.coordinator.history;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Events on their way to the {@link Historian}, which takes them at its own pace: whoever tells one
 * sends no message and waits for nobody. Safe for any thread.
 */
public final class HistoryFeed implements Consumer<HistoryEvent> {

  /** So many at a time are worth a message. */
  private static final int WAKE = 8_192;

  /** More than these are not kept; how many were lost is told. */
  private static final int MOST = 1 << 20;

  private final ConcurrentLinkedQueue<HistoryEvent> events = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicLong lost = new AtomicLong();
  private volatile @Nullable Runnable wake;

  @Override
  public void accept(HistoryEvent event) {
    int before = waiting.getAndIncrement();
    if (before >= MOST) {
      waiting.getAndDecrement();
      lost.getAndIncrement();
      return;
    }
    events.add(event);
    Runnable reader = wake;
    if (before % WAKE == WAKE - 1 && reader != null) {
      reader.run();
    }
  }

  /** Whom to wake when there is much to take. */
  void onMuch(Runnable reader) {
    wake = reader;
  }

  /**
   * Takes what is there.
   *
   * @return how many events were lost since the last time
   */
  long drain(Consumer<HistoryEvent> into) {
    for (HistoryEvent event = events.poll(); event != null; event = events.poll()) {
      waiting.getAndDecrement();
      into.accept(event);
    }
    return lost.getAndSet(0);
  }
}
