package dev.stockpot.hub.client;

import dev.stockpot.hub.HubException;
import dev.stockpot.hub.HubException.Kind;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** Counts the attempts at one thing, and waits between them. For one thread. */
final class Attempts {

  /** Beside the limit of attempts in a row: a server that gives a byte at a time never ends. */
  private static final int MOST = 100;

  private static final Duration WORTH_SAYING = Duration.ofSeconds(3);

  private final Patience patience;
  private final Pause pause;
  private final String about;
  private final Consumer<String> notes;
  private int inARow;
  private int all;

  Attempts(Patience patience, Pause pause, String about, Consumer<String> notes) {
    this.patience = patience;
    this.pause = pause;
    this.about = about;
    this.notes = notes;
  }

  /** Something came. */
  void progressed() {
    inARow = 0;
  }

  /**
   * Waits before the next attempt.
   *
   * @throws HubException if there is none
   */
  void failed(Trouble trouble) {
    inARow++;
    all++;
    if (inARow >= patience.attempts() || all >= MOST) {
      throw new HubException(
          Kind.UNREACHABLE,
          "%s: given up after %d attempts: %s; the same command later goes on from here"
              .formatted(about, all, trouble.words()));
    }
    Duration wait =
        trouble
            .quiet()
            .orElseGet(() -> patience.before(inARow, ThreadLocalRandom.current().nextDouble()));
    if (wait.compareTo(patience.longest()) > 0) {
      throw new HubException(
          Kind.UNREACHABLE,
          "%s: %s, and wants %d s of quiet; try again after that"
              .formatted(about, trouble.words(), wait.toSeconds()));
    }
    if (wait.compareTo(WORTH_SAYING) >= 0) {
      notes.accept(
          "%s: %s; tried again in %d s".formatted(about, trouble.words(), wait.toSeconds()));
    }
    pause.during(wait, about);
  }
}
