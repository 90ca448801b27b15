package dev.stockpot.cli.client.api;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How long coordinators that do not answer are asked again, as while a standby takes over. Where
 * none was ever there, nothing is waited for.
 */
public final class Patience {

  private static final long PAUSE_MILLIS = 1000;

  private final Duration limit;
  private final Consumer<String> tell;

  /** Nobody counts it down: waiting for it is a pause that an interrupt ends. */
  private final CountDownLatch never = new CountDownLatch(1);

  private boolean answered;
  private boolean lost;
  private long lostNanos;

  /**
   * Patience for one command.
   *
   * @param limit for each loss
   * @param tell hears once of each loss, and once of its end
   */
  public Patience(Duration limit, Consumer<String> tell) {
    this.limit = limit;
    this.tell = tell;
  }

  /** Asks until there is an answer. */
  public <T> T ask(Supplier<T> question) {
    while (true) {
      try {
        T answer = question.get();
        onAnswer();
        return answer;
      } catch (ClientException.Unreachable e) {
        onLoss(e);
      }
    }
  }

  /** A coordinator is there. */
  public void onAnswer() {
    if (lost) {
      tell.accept("connected again");
    }
    answered = true;
    lost = false;
  }

  /** None is there: waits a little. Throws it when that makes no sense, or no more. */
  public void onLoss(ClientException.Unreachable failure) {
    long now = System.nanoTime();
    if (!lost) {
      if (limit.isZero() || !(answered || failure.mayPass())) {
        throw failure;
      }
      lost = true;
      lostNanos = now;
      tell.accept(
          "no coordinator answers (%s); trying for %d s"
              .formatted(failure.summary(), limit.toSeconds()));
    } else if (now - lostNanos >= limit.toNanos()) {
      throw failure;
    }
    pause(failure);
  }

  private void pause(ClientException.Unreachable failure) {
    try {
      if (never.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("nobody counts it down");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }
}
