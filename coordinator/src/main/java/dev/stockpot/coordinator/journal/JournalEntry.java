package dev.stockpot.coordinator.journal;

import java.util.List;
import org.apache.pekko.persistence.PersistentRepr;

/** One line of a journal file. */
sealed interface JournalEntry {

  /** Events that were persisted together: all of them are there, or none. */
  record Written(List<PersistentRepr> events) implements JournalEntry {
    public Written {
      events = List.copyOf(events);
    }
  }

  /** Events up to and with this sequence number are not replayed any more. */
  record Deleted(long to) implements JournalEntry {}
}
