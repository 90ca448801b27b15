package dev.stockpot.coordinator.search;

import dev.stockpot.coordinator.journal.JsonEvents;
import java.io.NotSerializableException;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import tools.jackson.databind.json.JsonMapper;

/** {@link SearchEvent}s as JSON with a version in the manifest, as a job's events are. */
public final class SearchEventJson extends SerializerWithStringManifest implements JsonEvents {

  private static final int IDENTIFIER = 7_303;
  private static final String SCORED = "evaluation-scored/1";
  private static final String FAILED = "evaluation-failed/1";

  private static final JsonMapper JSON = JsonMapper.shared();

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object event) {
    return switch ((SearchEvent) event) {
      case SearchEvent.Scored _ -> SCORED;
      case SearchEvent.Failed _ -> FAILED;
    };
  }

  @Override
  public byte[] toBinary(Object event) {
    return JSON.writeValueAsBytes(event);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    Class<? extends SearchEvent> type =
        switch (manifest) {
          case SCORED -> SearchEvent.Scored.class;
          case FAILED -> SearchEvent.Failed.class;
          default ->
              throw new NotSerializableException(
                  "the journal holds an event '" + manifest + "' of a later release of Stockpot");
        };
    return JSON.readValue(bytes, type);
  }
}
