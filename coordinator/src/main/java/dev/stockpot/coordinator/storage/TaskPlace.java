package dev.stockpot.coordinator.storage;

import dev.stockpot.coordinator.storage.DataAccess.AccessEndedException;
import dev.stockpot.coordinator.storage.TaskBytes.UploadConflictException;
import java.io.IOException;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides who writes a task's bytes into their place. Of the attempts under one lease one writes
 * there, and the others gather their bytes elsewhere, so that none can harm another. The first that
 * is whole, with the checksum that it announced, settles the place: nothing is written there any
 * more under that lease. A further lease begins anew.
 */
final class TaskPlace {

  /** A worker repeats an upload at most once; more of them are somebody else's. */
  private static final int MOST_ATTEMPTS = 4;

  /** Writes some bytes. */
  @FunctionalInterface
  interface Write {
    void run() throws IOException;
  }

  private final Set<TaskBytes> attempts = new HashSet<>();
  private @Nullable Grant grant;
  private @Nullable TaskBytes writer;
  private OptionalInt settled = OptionalInt.empty();

  /**
   * Lets an attempt in.
   *
   * @return whether it writes in the place, and not elsewhere
   */
  synchronized boolean begin(Grant of, TaskBytes attempt) throws UploadConflictException {
    if (grant != of) {
      grant = of;
      attempts.clear();
      reopen();
    }
    if (attempts.size() == MOST_ATTEMPTS) {
      throw new UploadConflictException(
          "%d uploads of this task are under way; try again later".formatted(MOST_ATTEMPTS));
    }
    attempts.add(attempt);
    if (writer == null && settled.isEmpty()) {
      writer = attempt;
    }
    return writer == attempt;
  }

  /**
   * Writes in the place, or does nothing where that is settled. Holds others back meanwhile: a
   * write that has begun is over before the place is settled, or another lease's attempt begins.
   */
  synchronized void write(TaskBytes attempt, Write write) throws IOException {
    demand(attempt);
    if (settled.isEmpty()) {
      if (writer != attempt) {
        throw new IOException("another upload of the same task failed while it was written");
      }
      write.run();
    }
  }

  /**
   * The attempt is whole.
   *
   * @param crc of its bytes
   * @param move brings them into the place, if they were gathered elsewhere
   * @throws UploadConflictException if the place is settled with other bytes
   */
  synchronized void settle(TaskBytes attempt, int crc, Write move) throws IOException {
    demand(attempt);
    if (settled.isEmpty()) {
      if (writer != attempt) {
        writer = null;
        move.run();
      }
      settled = OptionalInt.of(crc);
    } else if (settled.getAsInt() != crc) {
      throw new UploadConflictException(
          "this lease has already sent other bytes for the task, with the CRC-32C %08x and not %08x"
              .formatted(settled.getAsInt(), crc));
    }
  }

  /** What settled the place is not in storage: it has to be written again. */
  synchronized void unsettle(Grant of) {
    if (grant == of) {
      reopen();
    }
  }

  private void reopen() {
    writer = null;
    settled = OptionalInt.empty();
  }

  /** The attempt is over; waits for a write of it that has begun. */
  synchronized void end(TaskBytes attempt) {
    attempts.remove(attempt);
    if (writer == attempt) {
      writer = null;
    }
  }

  private void demand(TaskBytes attempt) throws AccessEndedException {
    if (!attempts.contains(attempt)) {
      throw new AccessEndedException("an upload of a task");
    }
  }
}
