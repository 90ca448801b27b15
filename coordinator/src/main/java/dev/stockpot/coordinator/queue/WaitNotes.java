package dev.stockpot.coordinator.queue;

import dev.stockpot.coordinator.queue.state.QueueEvent.Noted;
import dev.stockpot.protocol.api.LogLine.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Says once of each job for which other it waits. Confined to the queue's actor. */
final class WaitNotes {

  /** For which job a job was last said to wait. */
  private final Map<String, String> told = new HashMap<>();

  /**
   * What is new.
   *
   * @param waiting which job waits for which
   */
  List<Noted> notes(Map<String, String> waiting, Instant now) {
    List<Noted> notes = new ArrayList<>();
    waiting.forEach((job, other) -> {
      if (!other.equals(told.put(job, other))) {
        notes.add(
            new Noted(
                job,
                now,
                Level.INFO,
                "waits for the job '%s', which writes the same output".formatted(other)));
      }
    });
    return notes;
  }

  void forget(String job) {
    told.remove(job);
  }
}
