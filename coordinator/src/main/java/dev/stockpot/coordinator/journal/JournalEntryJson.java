package dev.stockpot.coordinator.journal;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.serialization.Serialization;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of a {@link JournalEntry}. */
final class JournalEntryJson {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final PayloadJson payloads;

  JournalEntryJson(Serialization serialization) {
    this.payloads = new PayloadJson(serialization);
  }

  /**
   * The entry as one line of JSON.
   *
   * @throws Exception if an event has no serializer or its serializer refuses it: Pekko declares
   *     none, and throws checked ones too
   */
  String write(JournalEntry entry) throws Exception {
    ObjectNode node = JSON.createObjectNode();
    switch (entry) {
      case JournalEntry.Deleted deleted -> node.put("deletedTo", deleted.to());
      case JournalEntry.Written written -> {
        ArrayNode events = node.putArray("events");
        for (PersistentRepr event : written.events()) {
          write(event, events.addObject());
        }
      }
    }
    return JSON.writeValueAsString(node);
  }

  private void write(PersistentRepr event, ObjectNode node) {
    node.put("sequence", event.sequenceNr());
    node.put("writer", event.writerUuid());
    node.put("adapter", event.manifest());
    // Pekko leaves it to the journal to say when an event was stored.
    node.put("timestamp", System.currentTimeMillis());
    payloads.write(event.payload(), node);
  }

  JournalEntry read(String text, String persistenceId) {
    JsonNode node = JSON.readTree(text);
    if (node.has("deletedTo")) {
      return new JournalEntry.Deleted(node.get("deletedTo").longValue());
    }
    List<PersistentRepr> events = new ArrayList<>();
    for (JsonNode event : node.get("events")) {
      events.add(readEvent(event, persistenceId));
    }
    return new JournalEntry.Written(events);
  }

  private PersistentRepr readEvent(JsonNode node, String persistenceId) {
    return PersistentRepr.apply(
            payloads.read(node),
            node.get("sequence").longValue(),
            persistenceId,
            node.get("adapter").stringValue(),
            false,
            ActorRef.noSender(),
            node.get("writer").stringValue())
        .withTimestamp(node.get("timestamp").longValue());
  }

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
}
